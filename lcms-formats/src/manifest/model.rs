//! The types of a manifest: IMS Content Packaging 1.1.2 (SCORM 1.2) and 1.1.4 (SCORM 2004).

use crate::lom::Lom;

use super::scorm2004::Edition;
use super::{Href, Identifier, href, scorm12, scorm2004};

/// The standard a manifest follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standard {
    /// SCORM 1.2 (2001).
    Scorm12,
    /// SCORM 2004 in one of its editions.
    Scorm2004(Edition),
}

impl std::fmt::Display for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scorm12 => f.write_str("SCORM 1.2"),
            Self::Scorm2004(edition) => write!(f, "SCORM 2004 {edition}"),
        }
    }
}

/// A manifest: the root of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The standard it follows; decides namespaces, `schemaversion` and which rules may be used.
    pub standard: Standard,
    /// Identifies the package to an LMS, so it stays the same from one version to the next.
    pub identifier: Identifier,
    /// The version of the manifest. At most 20 characters in SCORM 1.2.
    pub version: Option<String>,
    /// `xml:base` of the manifest.
    pub base: Option<Href>,
    /// Describes the package as a whole.
    pub metadata: Metadata,
    /// The organization to use where one is needed.
    pub default_organization: Option<Identifier>,
    /// Ways to present the resources, each a tree.
    pub organizations: Vec<Organization>,
    /// `xml:base` of the resources.
    pub resources_base: Option<Href>,
    /// What can be launched, and what it is made of.
    pub resources: Vec<Resource>,
}

impl Manifest {
    /// A manifest without content.
    pub fn new(standard: Standard, identifier: Identifier) -> Self {
        Self {
            standard,
            identifier,
            version: None,
            base: None,
            metadata: Metadata::default(),
            default_organization: None,
            organizations: Vec::new(),
            resources_base: None,
            resources: Vec::new(),
        }
    }

    /// The organization an LMS shows: the one named as default, or else the first.
    pub fn organization(&self) -> Option<&Organization> {
        let default = self.default_organization.as_ref();
        self.organizations
            .iter()
            .find(|organization| Some(&organization.identifier) == default)
            .or_else(|| self.organizations.first())
    }

    /// The resource with this identifier.
    pub fn resource(&self, identifier: &Identifier) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.identifier == *identifier)
    }

    /// The resources that are SCOs: those that talk to the LMS.
    pub fn scos(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|resource| resource.scorm_type == ScormType::Sco)
    }

    /// The path within the package of a reference that stands in a resource, every `xml:base`
    /// applied. `None` when it leads out of the package.
    pub fn package_path(&self, resource: &Resource, reference: &Href) -> Option<String> {
        let bases = [&self.base, &self.resources_base, &resource.base];
        let mut folder = String::new();
        for base in bases.into_iter().flatten() {
            folder = href::resolve(&folder, base.path()?)?;
        }
        href::resolve(&folder, reference.path()?)
    }
}

/// Metadata of a manifest, organization, item or resource: in place, in a file, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The record itself.
    pub lom: Option<Lom>,
    /// `adlcp:location`: a file of the package that holds the record.
    pub location: Option<Href>,
}

/// A tree of items: one way through the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Identifies it within the manifest.
    pub identifier: Identifier,
    /// The shape of the tree; when absent, readers take it for `hierarchical`.
    pub structure: Option<String>,
    /// What a learner sees.
    pub title: String,
    /// The top of the tree.
    pub items: Vec<Item>,
    /// Describes the organization.
    pub metadata: Metadata,
    /// What SCORM 2004 adds.
    pub scorm2004: scorm2004::OrganizationRules,
}

impl Organization {
    /// An organization without items.
    pub fn new(identifier: Identifier, title: impl Into<String>) -> Self {
        Self {
            identifier,
            structure: None,
            title: title.into(),
            items: Vec::new(),
            metadata: Metadata::default(),
            scorm2004: scorm2004::OrganizationRules::default(),
        }
    }

    /// Every item of the tree, parents before children, in document order.
    pub fn all_items(&self) -> Items<'_> {
        Items { remaining: self.items.iter().rev().collect() }
    }
}

/// A node of an organization: something to launch, or a heading over other items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Identifies the item, and with it a learner's record, so it must not change with content.
    pub identifier: Identifier,
    /// What a learner sees.
    pub title: String,
    /// The resource to launch.
    pub identifierref: Option<Identifier>,
    /// Added to the resource's href at launch: `?a=b` or `#c`.
    pub parameters: Option<String>,
    /// Whether the item is shown in the table of contents.
    pub isvisible: bool,
    /// The items below.
    pub children: Vec<Item>,
    /// Describes the item.
    pub metadata: Metadata,
    /// What SCORM 1.2 adds; must be left at its default in a SCORM 2004 manifest.
    pub scorm12: scorm12::ItemRules,
    /// What SCORM 2004 adds; must be left at its default in a SCORM 1.2 manifest.
    pub scorm2004: scorm2004::ItemRules,
}

impl Item {
    /// A visible item that launches nothing.
    pub fn new(identifier: Identifier, title: impl Into<String>) -> Self {
        Self {
            identifier,
            title: title.into(),
            identifierref: None,
            parameters: None,
            isvisible: true,
            children: Vec::new(),
            metadata: Metadata::default(),
            scorm12: scorm12::ItemRules::default(),
            scorm2004: scorm2004::ItemRules::default(),
        }
    }
}

/// The items of an [`Organization`]; see [`Organization::all_items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    /// A stack, the next item last.
    remaining: Vec<&'a Item>,
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a Item;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.remaining.pop()?;
        self.remaining.extend(item.children.iter().rev());
        Some(item)
    }
}

/// A launchable unit or a set of files that others depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Identifies the resource within the manifest.
    pub identifier: Identifier,
    /// `type`, in SCORM always `webcontent`.
    pub kind: String,
    /// Whether it talks to the LMS.
    pub scorm_type: ScormType,
    /// The entry point; a SCO has one.
    pub href: Option<Href>,
    /// `xml:base` of the resource.
    pub base: Option<Href>,
    /// Describes the resource.
    pub metadata: Metadata,
    /// Every file the resource itself consists of, its entry point included.
    pub files: Vec<Href>,
    /// Other resources whose files it needs.
    pub dependencies: Vec<Identifier>,
}

impl Resource {
    /// An empty `webcontent` resource.
    pub fn new(identifier: Identifier, scorm_type: ScormType) -> Self {
        Self {
            identifier,
            kind: String::from("webcontent"),
            scorm_type,
            href: None,
            base: None,
            metadata: Metadata::default(),
            files: Vec::new(),
            dependencies: Vec::new(),
        }
    }
}

/// `adlcp:scormtype` (1.2), `adlcp:scormType` (2004).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScormType {
    /// Sharable content object: finds the LMS's API and reports to it.
    Sco,
    /// Does not talk to the LMS.
    Asset,
}

/// What happens when a learner's time is up: whether to leave, and whether to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeLimitAction {
    /// Leave with a message.
    ExitMessage,
    /// Leave without a message.
    ExitNoMessage,
    /// Go on with a message.
    ContinueMessage,
    /// Go on without a message.
    ContinueNoMessage,
}

impl TimeLimitAction {
    const ALL: [Self; 4] =
        [Self::ExitMessage, Self::ExitNoMessage, Self::ContinueMessage, Self::ContinueNoMessage];

    /// The token both standards write.
    pub fn token(self) -> &'static str {
        match self {
            Self::ExitMessage => "exit,message",
            Self::ExitNoMessage => "exit,no message",
            Self::ContinueMessage => "continue,message",
            Self::ContinueNoMessage => "continue,no message",
        }
    }

    /// The action for a token.
    pub fn from_token(token: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.token() == token)
    }
}
