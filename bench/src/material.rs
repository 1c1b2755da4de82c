//! Bytes to upload and pack: files of text and of noise, each different from every other.
//!
//! Compression looks back 32 kB, so long files may repeat a block of some megabytes without
//! becoming easier. Each file begins with its number, so that no two have a digest in common.

use std::borrow::Cow;

use crate::corpus::{Random, Vocabulary};

const BLOCK: usize = 8 << 20;
const SEED: u64 = 0x6c63_6d73_6279_7465;

/// Blocks that files are cut from.
pub(crate) struct Material {
    text: Vec<u8>,
    noise: Vec<u8>,
}

/// What a file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words with the frequencies of a language.
    Text,
    /// Nothing that could be compressed.
    Noise,
}

impl Material {
    pub(crate) fn new() -> Self {
        let mut random = Random::new(SEED);
        let vocabulary = Vocabulary::new(SEED);
        let mut text = String::with_capacity(BLOCK + 512);
        while text.len() < BLOCK {
            vocabulary.sentence(&mut random, &mut text);
            text.push(if random.below(6) == 0 { '\n' } else { ' ' });
        }
        let noise = (0..BLOCK / 8).flat_map(|_| random.next().to_le_bytes()).collect();
        Self { text: text.into_bytes(), noise }
    }

    /// The file with that number, in pieces to be written one after the other.
    pub(crate) fn file(&self, kind: Kind, number: u64, size: u64) -> Pieces<'_> {
        let block = match kind {
            Kind::Text => &self.text,
            Kind::Noise => &self.noise,
        };
        // Files begin at different places of the block, all at a line of the cache.
        let at = Random::of(SEED, number).below(block.len() >> 6) << 6;
        Pieces { block, at, stamp: Some(format!("{number:<31}\n").into_bytes()), left: size }
    }

    /// The same file as a whole.
    pub(crate) fn whole(&self, kind: Kind, number: u64, size: u64) -> Vec<u8> {
        self.file(kind, number, size).collect::<Vec<_>>().concat()
    }
}

/// As much as arrives at once from a fast network.
pub(crate) const PIECE: usize = 256 << 10;

/// A file, piece by piece.
pub(crate) struct Pieces<'m> {
    block: &'m [u8],
    at: usize,
    stamp: Option<Vec<u8>>,
    left: u64,
}

impl<'m> Iterator for Pieces<'m> {
    type Item = Cow<'m, [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let piece = match self.stamp.take() {
            Some(mut stamp) => {
                stamp.truncate(left);
                Cow::Owned(stamp)
            }
            None => {
                let rest = &self.block[self.at..];
                let piece = &rest[..rest.len().min(PIECE).min(left)];
                self.at = (self.at + piece.len()) % self.block.len();
                Cow::Borrowed(piece)
            }
        };
        self.left -= piece.len() as u64;
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_size_and_differ() {
        let material = Material::new();
        for size in [0, 5, 32, 33, 300_000, 9_000_000] {
            for kind in [Kind::Text, Kind::Noise] {
                assert_eq!(material.whole(kind, 1, size).len() as u64, size);
            }
        }
        let [first, second] = [1, 2].map(|number| material.whole(Kind::Noise, number, 4_000));
        assert_ne!(first, second);
        assert_eq!(first, material.whole(Kind::Noise, 1, 4_000));
    }

    #[test]
    fn text_packs_well_and_noise_does_not() {
        let material = Material::new();
        let packed = |kind| {
            let raw = material.whole(kind, 1, 1 << 20);
            lcms_core::service::pack("text/plain", &raw).1.len()
        };
        assert!((1 << 17..1 << 19).contains(&packed(Kind::Text)), "{}", packed(Kind::Text));
        assert!(packed(Kind::Noise) > 1 << 20);
    }
}
