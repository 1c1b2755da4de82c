//! How alike two texts are, without comparing them word by word.
//!
//! A text is the set of its *shingles*: every run of four words, letter case and punctuation aside. How
//! alike two texts are is how many shingles both have, of all that either has (Jaccard). A sketch keeps
//! for each of 128 hash functions the smallest hash of any shingle (MinHash, Broder 1997): the share of
//! equal minima estimates that number, with a standard error of at most 4.5 %.
//!
//! To find texts that are alike among many, each is filed under its *bands*: pairs of minima, hashed.
//! Two texts of which half the shingles are the same share at least one of 16 bands 99 times in 100.

/// Words in a shingle.
const SHINGLE: usize = 4;
/// Hash functions.
const HASHES: usize = 128;
/// Hash functions of which bands are made.
const BANDED: usize = 32;
/// Minima in a band.
const BAND: usize = 2;
/// Fewest words of a text that is compared: shorter ones are alike by chance.
const FEWEST_WORDS: usize = 8;

/// What is kept of a text to compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Box<[u64; HASHES]>);

impl Sketch {
    /// The sketch of a text; `None` when it is too short to tell.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        minima(text).map(|minima| Self(Box::new(minima)))
    }

    /// How alike two texts are, in per cent.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> u8 {
        let equal = self.0.iter().zip(other.0.iter()).filter(|(a, b)| a == b).count();
        u8::try_from(equal * 100 / HASHES).unwrap_or(100)
    }
}

/// What texts like this one are filed under: numbers of which two texts that are much alike share some.
/// `None` when the text is too short to tell.
#[must_use]
pub fn bands(text: &str) -> Option<[u64; BANDED / BAND]> {
    let minima: [u64; BANDED] = minima(text)?;
    let mut bands = [0; BANDED / BAND];
    for (n, (band, minima)) in (1..).zip(bands.iter_mut().zip(minima.chunks_exact(BAND))) {
        *band = minima.iter().fold(mixed(n), |hash, minimum| mixed(hash ^ minimum));
    }
    Some(bands)
}

/// The smallest hash of any shingle, for each of the first `N` hash functions.
fn minima<const N: usize>(text: &str) -> Option<[u64; N]> {
    let words: Vec<u64> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| hashed(word.chars().flat_map(char::to_lowercase)))
        .collect();
    if words.len() < FEWEST_WORDS {
        return None;
    }
    // The n-th function multiplies and adds; each pair of numbers is drawn once, whatever N is.
    let mut functions = [(0, 0); N];
    for (n, (factor, addend)) in (0..).zip(functions.iter_mut()) {
        (*factor, *addend) = (mixed(2 * n) | 1, mixed(2 * n + 1));
    }
    let mut minima = [u64::MAX; N];
    for shingle in words.windows(SHINGLE) {
        let whole = shingle.iter().fold(0, |hash, word| mixed(hash ^ word));
        for (minimum, (factor, addend)) in minima.iter_mut().zip(&functions) {
            let hash: u64 = whole.wrapping_mul(*factor).wrapping_add(*addend);
            *minimum = (*minimum).min(hash);
        }
    }
    Some(minima)
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

    fn shared_bands(one: &str, other: &str) -> usize {
        let (one, other) = (bands(one).unwrap(), bands(other).unwrap());
        one.iter().filter(|band| other.contains(band)).count()
    }

    #[test]
    fn texts_that_are_alike_share_bands() {
        let text = words(0..200);
        assert_eq!(shared_bands(&text, &text), 16);
        assert!(shared_bands(&text, &text.replace("word100 ", "other ")) >= 8);
        assert_eq!(shared_bands(&text, &words(200..400)), 0);
        assert_eq!(bands("too short to tell"), None);
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
