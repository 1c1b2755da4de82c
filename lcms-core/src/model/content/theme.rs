//! Themes: the colours, type, logo and styles with which a player is shown.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::{is_default, styles};
use crate::model::slot::Placement;
use crate::model::violation::Violations;

/// How a package looks. Whatever is left out is the player's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Colours by day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub colours: Colours,
    /// Colours by night, for learners whose system is dark. Without them the accent is lightened
    /// until it can be read.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dark: Colours,
    /// Type.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fonts: Fonts,
    /// An image shown beside the title of the course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Placement>,
    /// Styles of one's own: rules of CSS with properties that can do no harm. No at-rules, no
    /// addresses.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub css: String,
}

/// A palette. Each colour replaces one of the player's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    /// Links, buttons and what is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "#0e5c70")]
    pub accent: Option<Colour>,
    /// What stands on the accent; black or white, whichever is read better, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub accent_ink: Option<Colour>,
    /// The ground around pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub paper: Option<Colour>,
    /// The ground of pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub surface: Option<Colour>,
    /// Text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub ink: Option<Colour>,
    /// Text of less weight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub soft: Option<Colour>,
}

impl Colours {
    /// Every colour by its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, Option<Colour>); 6] {
        let Self { accent, accent_ink, paper, surface, ink, soft } = *self;
        [
            ("accent", accent),
            ("accent_ink", accent_ink),
            ("paper", paper),
            ("surface", surface),
            ("ink", ink),
            ("soft", soft),
        ]
    }
}

/// A colour of the sRGB space: `#rgb` or `#rrggbb`, kept as the latter in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// A text that is no colour.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a colour: expected `#rrggbb`")]
pub struct ColourError(String);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue } = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ColourError(text.chars().take(60).collect());
        let digits: Vec<u8> = text
            .strip_prefix('#')
            .ok_or_else(refused)?
            .chars()
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or_else(refused)?;
        match digits.as_slice() {
            [r, g, b] => Ok(Self { red: r * 17, green: g * 17, blue: b * 17 }),
            [r, s, g, h, b, c] => Ok(Self { red: r * 16 + s, green: g * 16 + h, blue: b * 16 + c }),
            _ => Err(refused()),
        }
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Type, from families that every system has: nothing is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fonts {
    /// Of running text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Font>,
    /// Of headings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headings: Option<Font>,
}

/// A family of type, as what each system has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// What the system itself is set in.
    System,
    /// A sans-serif with the stroke of a pen.
    Humanist,
    /// A sans-serif of circles and lines.
    Geometric,
    /// A plain sans-serif of the nineteenth century's kind.
    Grotesque,
    /// A serif for books.
    Serif,
    /// A serif of slabs.
    Slab,
    /// All letters of one width.
    Monospace,
}

impl Theme {
    pub(super) fn normalise(&mut self) {
        let lines: Vec<_> = self.css.lines().map(str::trim_end).collect();
        let css = lines.join("\n");
        css.trim_matches('\n').clone_into(&mut self.css);
        if !self.css.is_empty() {
            self.css.push('\n');
        }
    }

    pub(super) fn check(&self, violations: &mut Violations) {
        if let Err(faults) = styles::check(&self.css) {
            for fault in faults {
                violations.push(fault);
            }
        }
        if let Some(logo) = &self.logo {
            // A profile is no structure: it shows the image as it is or not at all.
            violations.require(
                logo.overrides == crate::model::slot::Overrides::default() && logo.when.is_empty(),
                "/theme/logo",
                "logo",
                "a logo has neither overrides nor conditions; give the asset another title or make another profile",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_one_form() {
        for (written, kept) in [("#0E5C70", "#0e5c70"), ("#fff", "#ffffff"), ("#a1C", "#aa11cc")] {
            assert_eq!(written.parse::<Colour>().unwrap().to_string(), kept);
        }
        for text in ["", "#", "0e5c70", "#0e5c7", "#0e5c70ff", "#ggg", "red", "#1é3"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }
}
