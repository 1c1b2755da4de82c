//! Words that occur as often as the words of a language do.

use super::random::Random;

/// Distinct words.
const WORDS: usize = 50_000;

const ONSETS: [&str; 16] =
    ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr"];
const NUCLEI: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ou", "ea"];
const CODAS: [&str; 4] = ["", "n", "r", "l"];

/// Words by rank. The word of rank n occurs 1/n as often as the first (Zipf's law).
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Vec<String>,
    /// The share of all occurrences that words up to this one have.
    cumulative: Vec<f64>,
}

impl Vocabulary {
    /// The vocabulary of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut seen = std::collections::HashSet::with_capacity(WORDS);
        let mut words = Vec::with_capacity(WORDS);
        while words.len() < WORDS {
            // Frequent words are short.
            let syllables = match words.len() {
                0..200 => 1,
                200..8_000 => 2,
                _ => 3,
            };
            let word: String = (0..syllables).map(|_| syllable(&mut random)).collect();
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut total = 0.0;
        #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
        let sums = (1..=WORDS).map(|rank| {
            total += 1.0 / rank as f64;
            total
        });
        let sums: Vec<f64> = sums.collect();
        let cumulative = sums.iter().map(|sum| sum / total).collect();
        Self { words, cumulative }
    }

    /// The word of that rank, counted from 0.
    pub(crate) fn word(&self, rank: usize) -> &str {
        &self.words[rank % WORDS]
    }

    /// A word, frequent ones more often.
    pub(crate) fn any(&self, random: &mut Random) -> &str {
        let share = random.share();
        self.word(self.cumulative.partition_point(|sum| *sum < share).min(WORDS - 1))
    }

    /// Adds so many words, the first with a capital letter.
    pub(crate) fn phrase(&self, random: &mut Random, words: usize, out: &mut String) {
        for n in 0..words {
            let word = self.any(random);
            if n > 0 {
                out.push(' ');
                out.push_str(word);
            } else {
                out.push_str(&word[..1].to_ascii_uppercase());
                out.push_str(&word[1..]);
            }
        }
    }

    /// Adds a sentence.
    pub(crate) fn sentence(&self, random: &mut Random, out: &mut String) {
        let words = 6 + random.below(13);
        self.phrase(random, words, out);
        out.push('.');
    }
}

fn syllable(random: &mut Random) -> String {
    let mut pick = |from: &[&'static str]| from[random.below(from.len())];
    let (onset, nucleus, coda) = (pick(&ONSETS), pick(&NUCLEI), pick(&CODAS));
    [onset, nucleus, coda].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_twice_as_frequent_as_the_second() {
        let vocabulary = Vocabulary::new(1);
        let mut random = Random::new(2);
        let mut counts = std::collections::HashMap::<&str, u32>::new();
        for _ in 0..100_000 {
            *counts.entry(vocabulary.any(&mut random)).or_default() += 1;
        }
        let [first, second] = [0, 1].map(|rank| f64::from(counts[vocabulary.word(rank)]));
        assert!((1.8..2.2).contains(&(first / second)), "{first} {second}");
    }
}
