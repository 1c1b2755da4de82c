//! Why an import was refused.

use std::path::PathBuf;

use lcms_core::model::Violation;
use lcms_core::{Error, ErrorKind};

/// Why an import was refused. Nothing is imported then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder or a file in it cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Io {
        /// What was read.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A symbolic link, which could lead anywhere.
    #[error("`{0}` is a symbolic link; replace it by what it points to")]
    SymbolicLink(String),
    /// A device, socket or pipe.
    #[error("`{0}` is neither a file nor a folder; remove it")]
    SpecialFile(String),
    /// A name that is not UTF-8, or that holds control characters.
    #[error("the name of `{0}` is not readable text (UTF-8 without control characters); rename it")]
    Name(String),
    /// A text file that is not UTF-8.
    #[error("{file}:{line}: the text is not UTF-8; save the file in that encoding")]
    Encoding {
        /// Path in the folder.
        file: String,
        /// First line that is not, 1-based.
        line: usize,
    },
    /// A limit of size was exceeded.
    #[error("`{path}` exceeds a limit of the import: {rule}")]
    Limit {
        /// Path in the folder.
        path: String,
        /// The limit, for people.
        rule: String,
    },
    /// A path that leads out of the folder.
    #[error("{file}: `{path}` is not a path inside the folder")]
    Outside {
        /// The file that names it.
        file: String,
        /// The path.
        path: String,
    },
    /// A file that is not any more what it was when the folder was listed.
    #[error("`{0}` was changed while it was imported; import again")]
    Changed(String),
    /// A file that breaks the rules of its format.
    #[error("{file}{}: {message}", at_line(*line))]
    Format {
        /// Path in the folder.
        file: String,
        /// Line, 1-based.
        line: Option<usize>,
        /// What is wrong and what to do.
        message: String,
    },
    /// A file whose document breaks rules.
    #[error("{file}: the document breaks rules{}", listed(violations))]
    Document {
        /// Path in the folder.
        file: String,
        /// Each broken rule; lines are those of the file.
        violations: Vec<Violation>,
    },
    /// An archive that is damaged, hostile or beyond the limits.
    #[error("{name}: {source}")]
    Archive {
        /// The archive's name.
        name: String,
        /// What is wrong with it.
        source: Box<lcms_formats::zip::ArchiveError>,
    },
    /// A format that is known and that nothing here reads.
    #[error("`{name}` is {format}, which cannot be imported; {hint}")]
    Unsupported {
        /// The input's name.
        name: String,
        /// The format, with its article.
        format: String,
        /// What to do instead.
        hint: String,
    },
    /// A folder that no reader knows.
    #[error("`{name}` holds nothing that can be imported: expected {expected}")]
    Unrecognised {
        /// The folder's name.
        name: String,
        /// What the readers look for.
        expected: String,
    },
    /// The service refused or failed.
    #[error(transparent)]
    Service(#[from] Error),
}

impl ImportError {
    pub(crate) fn format(
        file: &str,
        line: impl Into<Option<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self::Format { file: file.to_owned(), line: line.into(), message: message.into() }
    }

    pub(crate) fn document(file: &str, violations: Vec<Violation>) -> Self {
        Self::Document { file: file.to_owned(), violations }
    }
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!(":{line}")).unwrap_or_default()
}

fn listed(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("\n  {violation}")).collect()
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        let kind = match &error {
            ImportError::Service(_) => ErrorKind::Internal,
            ImportError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                ErrorKind::NotFound
            }
            ImportError::Io { .. } => ErrorKind::Internal,
            ImportError::Limit { .. } => ErrorKind::TooLarge,
            ImportError::Changed(_) => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        };
        match error {
            ImportError::Service(error) => error,
            ImportError::Document { file, violations } => {
                Self::violations(format!("{file}: the document breaks rules"), violations)
            }
            other => Self::new(kind, other.to_string()),
        }
    }
}
