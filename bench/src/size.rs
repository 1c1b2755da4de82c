//! How much is measured.

use std::str::FromStr;

/// Components in the corpus, and with it how much of everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A thousand: minutes.
    Thousand,
    /// A hundred thousand: a quarter of an hour.
    HundredThousand,
    /// A million: hours.
    Million,
}

impl Size {
    /// Every size with its name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("1k", Self::Thousand), ("100k", Self::HundredThousand), ("1m", Self::Million)];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Thousand => "1k",
            Self::HundredThousand => "100k",
            Self::Million => "1m",
        }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == text);
        found.map(|(_, size)| *size).ok_or_else(|| "expected 1k, 100k or 1m".to_owned())
    }
}

/// The volumes of every scenario. Sizes are bytes.
#[derive(Clone, Copy, Debug)]
pub struct Volumes {
    /// Components in the corpus.
    pub components: usize,
    /// Rounds of whatever is compared by total time; the median counts.
    pub rounds: usize,
    /// One large upload.
    pub large_upload: u64,
    /// How many uploads of [`Volumes::upload`] bytes.
    pub uploads: usize,
    /// Size of each of them.
    pub upload: usize,
    /// How many of them are text.
    pub text_uploads: usize,
    /// The upload whose memory is measured.
    pub memory_upload: u64,
    /// Files in the package.
    pub package_files: usize,
    /// Size of all of them.
    pub package_bytes: u64,
    /// Packages that share most of their files.
    pub packages: usize,
    /// How often a small course is published.
    pub small_publishes: usize,
    /// Topics in a course that is released.
    pub course_topics: usize,
    /// Saves of a single client.
    pub saves: usize,
    /// Clients that save at the same time.
    pub clients: usize,
    /// Saves of each of them.
    pub saves_each: usize,
    /// Reads of each kind.
    pub reads: usize,
    /// Searches of each kind.
    pub searches: usize,
}

const MB: u64 = 1 << 20;

impl Volumes {
    /// The volumes of a size.
    #[must_use]
    pub fn of(size: Size) -> Self {
        let full = Self {
            components: 1_000_000,
            rounds: 3,
            large_upload: 1 << 30,
            uploads: 200,
            upload: 4 << 20,
            text_uploads: 40,
            memory_upload: 4 << 30,
            package_files: 2_000,
            package_bytes: 1 << 30,
            packages: 200,
            small_publishes: 50,
            course_topics: 10_000,
            saves: 2000,
            clients: 64,
            saves_each: 100,
            reads: 100_000,
            searches: 2_000,
        };
        match size {
            Size::Million => full,
            Size::HundredThousand => Self { components: 100_000, ..full },
            Size::Thousand => Self {
                components: 1_000,
                large_upload: 512 * MB,
                uploads: 60,
                text_uploads: 16,
                memory_upload: 512 * MB,
                package_files: 500,
                package_bytes: 256 * MB,
                packages: 40,
                saves: 1000,
                saves_each: 100,
                reads: 10_000,
                searches: 500,
                ..full
            },
        }
    }

    /// So little that every scenario runs at once: shows that they work, measures nothing.
    #[must_use]
    pub fn tiny() -> Self {
        Self {
            components: 120,
            rounds: 1,
            // More than is held back before an upload is written in parts.
            large_upload: 9 * MB,
            uploads: 4,
            upload: 64 << 10,
            text_uploads: 2,
            memory_upload: 9 * MB,
            package_files: 12,
            package_bytes: 256 << 10,
            packages: 2,
            small_publishes: 2,
            course_topics: 600,
            saves: 4,
            clients: 4,
            saves_each: 4,
            reads: 50,
            searches: 8,
        }
    }
}
