//! How much an input may ask for.

/// How large an input may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most files.
    pub files: usize,
    /// Most bytes of one file.
    pub file_bytes: u64,
    /// Most bytes of one file that is read as text.
    pub text_bytes: u64,
    /// Most bytes of all files together.
    pub total_bytes: u64,
    /// Most folders inside each other.
    pub depth: usize,
    /// Most bytes of a path inside the folder.
    pub path_bytes: usize,
    /// How many times its stored size a file of an archive may expand to.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 20_000,
            file_bytes: 16 << 30,
            text_bytes: 2 << 20,
            total_bytes: 64 << 30,
            depth: 16,
            path_bytes: 400,
            ratio: 200,
        }
    }
}

impl Limits {
    /// The same for an archive.
    pub(super) fn of_archive(&self) -> lcms_formats::zip::Limits {
        lcms_formats::zip::Limits {
            entries: self.files,
            entry_bytes: self.file_bytes,
            total_bytes: self.total_bytes,
            ratio: self.ratio,
            path_bytes: self.path_bytes,
            depth: self.depth,
            ..lcms_formats::zip::Limits::default()
        }
    }
}
