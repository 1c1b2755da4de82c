//! What can be wrong with a manifest or with its package.

use std::fmt;

use super::{Identifier, Standard};

/// One breach of a rule that a valid package keeps. XML schemas catch few of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Two elements have the same identifier.
    #[error("the identifier {identifier} is used more than once")]
    DuplicateIdentifier {
        /// The identifier.
        identifier: Identifier,
    },
    /// An item refers to a resource that does not exist.
    #[error("the item {item} refers to the resource {identifierref}, which does not exist")]
    DanglingReference {
        /// The item.
        item: Identifier,
        /// What it refers to.
        identifierref: Identifier,
    },
    /// The default organization does not exist.
    #[error("the default organization {default} does not exist")]
    UnknownDefaultOrganization {
        /// The identifier named as default.
        default: Identifier,
    },
    /// There are organizations and none is named as default.
    #[error("no default organization is named; name one of the organizations")]
    NoDefaultOrganization,
    /// A resource depends on one that does not exist.
    #[error("the resource {resource} depends on {identifierref}, which does not exist")]
    UnknownDependency {
        /// The resource.
        resource: Identifier,
        /// What it depends on.
        identifierref: Identifier,
    },
    /// A resource lists the same file twice.
    #[error("the resource {resource} lists the file {path:?} more than once")]
    FileListedTwice {
        /// The resource.
        resource: Identifier,
        /// The file, relative to the resource.
        path: String,
    },
    /// A SCO that cannot be launched.
    #[error("the SCO {resource} has no href to launch")]
    ScoWithoutHref {
        /// The resource.
        resource: Identifier,
    },
    /// A resource whose entry point is not among its files.
    #[error("the href {href:?} of the resource {resource} is not among its files")]
    HrefNotListed {
        /// The resource.
        resource: Identifier,
        /// Its entry point, relative to the resource.
        href: String,
    },
    /// A reference that leads out of the package.
    #[error("{href:?} in the resource {resource} leads out of the package")]
    FileOutsidePackage {
        /// The resource.
        resource: Identifier,
        /// The reference.
        href: String,
    },
    /// A file the manifest names that the package does not have.
    #[error("the file {path:?} named by {named_by} is not in the package")]
    FileMissing {
        /// What names it.
        named_by: Identifier,
        /// The path within the package.
        path: String,
    },
    /// A file of the package that the manifest does not name.
    #[error("the file {path:?} is in the package and in no resource")]
    FileUnlisted {
        /// The path within the package.
        path: String,
    },
    /// An organization that SCORM 2004 wants to have items.
    #[error("the organization {organization} has no items")]
    EmptyOrganization {
        /// The organization.
        organization: Identifier,
    },
    /// An organization or item without a title.
    #[error("{place} has no title")]
    NoTitle {
        /// The organization or item.
        place: Identifier,
    },
    /// An item with items below that launches something; SCORM 2004 allows one or the other.
    #[error("the item {item} has items below and refers to a resource; it can do one or the other")]
    ClusterWithResource {
        /// The item.
        item: Identifier,
    },
    /// An item without items below that launches nothing; SCORM 2004 wants one or the other.
    #[error("the item {item} has no items below and refers to no resource")]
    LeafWithoutResource {
        /// The item.
        item: Identifier,
    },
    /// An objective besides the primary one has no id.
    #[error("an objective of {place} has no id; only the primary objective can do without")]
    ObjectiveWithoutId {
        /// The organization or item.
        place: Identifier,
    },
    /// Two objectives of an activity write to one shared objective (sequencing and navigation 3.10).
    #[error("two objectives of {place} write to the shared objective {target:?}")]
    ObjectiveWrittenTwice {
        /// The organization or item.
        place: Identifier,
        /// The shared objective.
        target: String,
    },
    /// A rule asks for an objective that its activity does not have.
    #[error("a rule of {place} asks for the objective {objective:?}, which {place} does not have")]
    UnknownObjective {
        /// The organization or item.
        place: Identifier,
        /// What the rule asks for.
        objective: String,
    },
    /// A text longer than the standard's schema allows.
    #[error("the {what} of {place} has {length} characters; {standard} allows {limit}")]
    TooLong {
        /// The element the text belongs to.
        place: Identifier,
        /// The name of the text.
        what: &'static str,
        /// Its length in characters.
        length: usize,
        /// The most the standard allows.
        limit: usize,
        /// The standard.
        standard: Standard,
    },
    /// Something that the standard has no way to say.
    #[error("{place} has {what}, which {standard} does not know")]
    NotInStandard {
        /// The element it belongs to.
        place: Identifier,
        /// What it is.
        what: &'static str,
        /// The standard.
        standard: Standard,
    },
    /// A character that XML cannot carry.
    #[error("the character U+{:04X} in a {place} cannot be written in XML", u32::from(*.character))]
    IllegalCharacter {
        /// The element or attribute it was meant for.
        place: String,
        /// The character.
        character: char,
    },
}

/// Every fault that was found, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
