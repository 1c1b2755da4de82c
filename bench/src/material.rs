//! Bytes to upload and pack: files of text and of noise, each different from every other.
//!
//! Compression looks back 32 kB, so long files may repeat a block of some megabytes without
//! becoming easier. Each file begins with its number, so that no two have a digest in common.

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
        let stamp = format!("{number:<32}\n").into_bytes();
        // Files begin at different places of the block, all at a line of the cache.
        let at = Random::of(SEED, number).below(block.len() >> 6) << 6;
        Pieces { block, at, stamp: Some(stamp), left: size }
    }

    /// The same file as a whole.
    pub(crate) fn whole(&self, kind: Kind, number: u64, size: u64) -> Vec<u8> {
        let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let mut pieces = self.file(kind, number, size);
        while let Some(piece) = pieces.next() {
            whole.extend_from_slice(piece);
        }
        whole
    }
}

/// As much as arrives at once from a fast network.
const PIECE: usize = 256 << 10;

/// A file, piece by piece.
pub(crate) struct Pieces<'m> {
    block: &'m [u8],
    at: usize,
    stamp: Option<Vec<u8>>,
    left: u64,
}

impl<'m> Pieces<'m> {
    /// The next piece; lends a buffer, so it is no iterator.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        if self.left == 0 {
            return None;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        if self.at >= self.block.len() {
            self.at = 0;
        }
        let length = match &self.stamp {
            Some(stamp) => stamp.len().min(most),
            None => PIECE.min(most).min(self.block.len() - self.at),
        };
        self.left -= length as u64;
        self.take(length)
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let _: &'m [u8] = self.block;
        self.block.get(self.at..self.at + length)
    }
}
