//! How alike two texts are, without comparing them word by word.
//!
//! A text is the set of its *shingles*: every run of four words, letter case and punctuation aside. How
//! alike two texts are is how many shingles both have, of all that either has (Jaccard). A sketch keeps
//! for each of 128 hash functions the smallest hash of any shingle (MinHash, Broder 1997): the share of
//! equal minima estimates that number, with a standard error of at most 4.5 %.

/// Words in a shingle.
const SHINGLE: usize = 4;
/// Hash functions.
const HASHES: usize = 128;
/// Fewest words of a text that is compared: shorter ones are alike by chance.
const FEWEST_WORDS: usize = 8;

/// What is kept of a text to compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Box<[u64; HASHES]>);

impl Sketch {
    /// The sketch of a text; `None` when it is too short to tell.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<u64> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| hashed(word.chars().flat_map(char::to_lowercase)))
            .collect();
        if words.len() < FEWEST_WORDS {
            return None;
        }
        let mut minima = Box::new([u64::MAX; HASHES]);
        for shingle in words.windows(SHINGLE) {
            let whole = shingle.iter().fold(0, |hash, word| mixed(hash ^ word));
            let mut each = whole;
            for minimum in minima.iter_mut() {
                each = mixed(each);
                *minimum = (*minimum).min(each);
            }
        }
        Some(Self(minima))
    }

    /// How alike two texts are, in per cent.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> u8 {
        let equal = self.0.iter().zip(other.0.iter()).filter(|(a, b)| a == b).count();
        u8::try_from(equal * 100 / HASHES).unwrap_or(100)
    }
}

/// FNV-1a over characters.
fn hashed(chars: impl Iterator<Item = char>) -> u64 {
    chars.fold(0xcbf2_9ce4_8422_2325, |hash, c| {
        (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64: every bit of the input reaches every bit of the answer.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(range: std::ops::Range<usize>) -> String {
        range.map(|n| format!("word{n} ")).collect()
    }

    fn likeness(one: &str, other: &str) -> u8 {
        Sketch::of(one).unwrap().likeness(&Sketch::of(other).unwrap())
    }

    #[test]
    fn case_and_punctuation_do_not_count() {
        let text = "Press the red button, then wait for the light.";
        assert_eq!(likeness(text, "press THE red button then wait — for the light"), 100);
        assert_eq!(Sketch::of("too short to tell"), None);
    }

    #[test]
    fn an_edit_leaves_most_and_another_text_nothing() {
        let text = words(0..200);
        let edited = text.replace("word100 ", "other ");
        assert!((85..100).contains(&likeness(&text, &edited)), "{}", likeness(&text, &edited));
        assert!(likeness(&text, &words(200..400)) < 5);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_estimate_is_near_the_share_of_shingles(shared in 20_usize..200, own in 0_usize..200) {
            let (one, other) = (words(0..shared + own), words(0..shared) + &words(1000..1000 + own));
            let either = (shared + own - 3) * 2 - (shared - 3);
            let exact = (shared - 3) * 100 / either;
            let found = usize::from(likeness(&one, &other));
            // Four standard errors.
            prop_assert!(found.abs_diff(exact) <= 18, "{found} for {exact}");
        }
    }
}
