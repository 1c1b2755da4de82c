//! The one error type of the domain: what failed, where, and what to do.
//!
//! Pure parsers have typed errors of their own; services turn them into this. Interfaces map
//! [`ErrorKind`] once: HTTP to a status and problem type, the CLI to an exit code.

use std::fmt;

use crate::model::Violation;

/// Shorthand for results of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The input breaks a rule of its own; `violations` may say where.
    Invalid,
    /// The named thing does not exist, or the caller may not know of it.
    NotFound,
    /// The request contradicts the present state: a key is taken, a component is in use.
    Conflict,
    /// The write was based on a revision that is no longer the head.
    StaleBase,
    /// A write must name the revision it was based on.
    BaseRequired,
    /// No valid credentials.
    Unauthenticated,
    /// The credentials do not give the right.
    Forbidden,
    /// The bytes were taken away for good; the digest remains.
    Redacted,
    /// Too many wrong passwords; wait before the next.
    TooManyAttempts,
    /// A limit of size was exceeded.
    TooLarge,
    /// Publishing refused the release, with every reason.
    NotPublishable,
    /// A resource is busy or not ready; try again.
    Unavailable,
    /// A fault of the program or its storage.
    Internal,
}

impl ErrorKind {
    /// Stable name, the last part of the problem `type` over HTTP.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::StaleBase => "stale-base",
            Self::BaseRequired => "base-required",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Redacted => "redacted",
            Self::TooManyAttempts => "too-many-attempts",
            Self::TooLarge => "too-large",
            Self::NotPublishable => "not-publishable",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

/// What failed and why.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    violations: Vec<Violation>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident),+ $(,)?) => {
        $($(#[$doc])*
        pub fn $name(message: impl Into<String>) -> Self {
            Self::new(ErrorKind::$kind, message)
        })+
    };
}

impl Error {
    /// An error of that kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, violations: Vec::new(), source: None }
    }

    constructors! {
        /// The input breaks a rule.
        invalid => Invalid,
        /// The thing does not exist.
        not_found => NotFound,
        /// The request contradicts the present state.
        conflict => Conflict,
        /// The caller lacks a right.
        forbidden => Forbidden,
        /// A limit of size was exceeded.
        too_large => TooLarge,
        /// Try again later.
        unavailable => Unavailable,
    }

    /// A document that breaks rules.
    #[must_use]
    pub fn violations(message: impl Into<String>, violations: Vec<Violation>) -> Self {
        Self { violations, ..Self::new(ErrorKind::Invalid, message) }
    }

    /// A fault of the program or its storage while doing `what`.
    pub fn internal(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { source: Some(source.into()), ..Self::new(ErrorKind::Internal, what) }
    }

    /// The same error, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error, with the reasons at their places.
    #[must_use]
    pub fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        self.violations = violations;
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What failed, without hint and reasons.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do, when there is something to do.
    #[must_use]
    pub fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Broken rules with their places.
    #[must_use]
    pub fn violation_list(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for violation in &self.violations {
            write!(f, "\n  {violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
