//! Packages: made, compared, verified.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use lcms_core::model::{
    Digest, Instant, Key, Language, Reference, ReleaseId, ReleaseReference, Target,
};
use lcms_publish::compare::Verdict;
use lcms_publish::{Assigned, Format, Matched, PublicKey, Waiver};

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// A release's id, digest or `library/key@release:2026.1`; or `library/key` to release what
    /// stands now and publish it.
    #[arg(value_parser = Publishable::parse, required_unless_present = "package")]
    pub(crate) release: Option<Publishable>,
    #[command(flatten)]
    pub(crate) how: Option<How>,
    /// Of a component: the language to release and publish it in; the library's own when left out.
    #[arg(long)]
    pub(crate) language: Option<Language>,
    /// Release it though something is not translated.
    #[arg(long, requires = "language")]
    pub(crate) allow_untranslated: bool,
    /// Instead of a release: a package that was published before, by its digest, to be given again byte for byte.
    #[arg(long, value_name = "DIGEST", conflicts_with_all = ["release", "how", "language", "waive", "sign"])]
    pub(crate) package: Option<Digest>,
    /// Instead of making a package: the one of this course that is live in this target, byte for byte.
    #[arg(long, value_name = "TARGET", conflicts_with_all = ["how", "language", "waive", "sign", "package"])]
    pub(crate) live_in: Option<Key>,
    /// With `--live-in`, the one that was live then: `2026-03-01T12:00:00Z` or a date.
    #[arg(long, value_name = "TIME", requires = "live_in")]
    pub(crate) live: Option<Instant>,
    /// A rule of the gate that is not to be heeded this time; it is written into the package. May be
    /// repeated. `lcms check --rules` lists them.
    #[arg(long, value_name = "RULE")]
    pub(crate) waive: Vec<Waiver>,
    /// Sign the package with this key of the data directory.
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<Key>,
    /// Where to write the package; a name made from course, release and profile when left out.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// How to publish: a profile that is a component, or one that is typed.
#[derive(Debug, Args)]
#[group(id = "how", multiple = true)]
pub(crate) struct How {
    /// A profile, as `library/key`, or `library/key@3` for one revision of it.
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["format", "when", "set"])]
    pub(crate) profile: Option<Reference>,
    /// Package format: scorm12, scorm2004-2, scorm2004-3, scorm2004-4, cmi5 or html.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// What conditions are matched against, as in `audience=admin,partner`; may be repeated. What is
    /// conditional on a name that is not given is left out.
    #[arg(long, value_name = "NAME=VALUE", requires = "format")]
    pub(crate) when: Vec<Matched>,
    /// The value of a variable, before that of the course's variable sets, as in
    /// `product.name=Acme`; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", requires = "format")]
    pub(crate) set: Vec<Assigned>,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A release, as for `publish`; or `library/key` for what stands now.
    #[arg(value_parser = Publishable::parse, required_unless_present = "rules")]
    pub(crate) release: Option<Publishable>,
    #[command(flatten)]
    pub(crate) how: Option<How>,
    /// A rule that is not to be heeded; may be repeated.
    #[arg(long, value_name = "RULE")]
    pub(crate) waive: Vec<Waiver>,
    /// List the rules of the gate.
    #[arg(long)]
    pub(crate) rules: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SigningKey {
    /// Make a key. Its secret stays in the data directory, in a file that only its owner may read.
    New {
        /// Its name.
        name: Key,
    },
    /// Print the public half of a key: what others verify packages with.
    Show {
        /// Its name.
        name: Key,
    },
    /// List the keys.
    List,
}

/// What `publish` is given. An id may be that of a release or of a component.
#[derive(Clone, Debug)]
pub(crate) enum Publishable {
    Id(ReleaseId),
    Release(ReleaseReference),
    Component(Target),
}

impl Publishable {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if text.starts_with("sha256:") || text.contains('@') {
            let release = text.parse().map(Self::Release);
            return release
                .map_err(|e: lcms_core::model::reference::ReleaseReferenceError| e.to_string());
        }
        text.parse()
            .map(Self::Component)
            .map_err(|error: lcms_core::model::reference::ReferenceError| error.to_string())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// What is there: a package file; or a release by id, digest, `library/course` (the newest),
    /// `library/course@release:3`, `…@release:LABEL` or `…@channel:stable`.
    #[arg(value_parser = Compared::parse)]
    pub(crate) before: Compared,
    /// What would take its place, named in the same way.
    #[arg(value_parser = Compared::parse)]
    pub(crate) after: Compared,
    /// The profile that releases are published with.
    #[arg(long, value_name = "PROFILE", conflicts_with_all = ["format", "when", "set"])]
    pub(crate) profile: Option<Reference>,
    /// The format that releases are published in: scorm12, scorm2004-2, scorm2004-3, scorm2004-4, cmi5 or html. When left out and the other
    /// side is a package, they are published as it was.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// What conditions of releases are matched against, beside those of a package on the other side;
    /// as for `publish`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) when: Vec<Matched>,
    /// Values of variables for releases, before those of a package on the other side; as for `publish`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<Assigned>,
    /// Fail unless the verdict is at least so good.
    #[arg(long, value_enum)]
    pub(crate) require: Option<Required>,
}

impl Compare {
    /// Whether both sides are package files.
    pub(crate) fn needs_no_store(&self) -> bool {
        [&self.before, &self.after].iter().all(|side| matches!(side, Compared::Package(_)))
    }
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Compared {
    Package(PathBuf),
    Release(ReleaseReference),
}

impl Compared {
    fn parse(text: &str) -> Result<Self, String> {
        if Path::new(text).is_file() {
            return Ok(Self::Package(PathBuf::from(text)));
        }
        ReleaseReference::or_newest(text).map(Self::Release).map_err(|_| {
            "neither a package file that is there nor a release: expected a file, an id, a digest, \
             `library/course` (the newest), `library/course@release:3` or `library/course@channel:stable`"
                .to_owned()
        })
    }
}

/// The worst verdict that is accepted.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Required {
    /// Learners see the pages they know.
    InPlace,
    /// Learners may see changed pages.
    Safe,
    /// Learners in progress may have to start again.
    Restart,
}

impl From<Required> for Verdict {
    fn from(required: Required) -> Self {
        match required {
            Required::InPlace => Self::SafeInPlace,
            Required::Safe => Self::SafeChangedPages,
            Required::Restart => Self::RestartNeeded,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The package.
    pub(crate) file: PathBuf,
    /// The public key that must have signed it, as `lcms key show` prints it.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Option<PublicKey>,
}
