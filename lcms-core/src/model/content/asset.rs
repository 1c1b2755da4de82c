//! Assets: one file with what people who cannot see or hear it need.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Document, is_default, read_typed};
use crate::model::digest::Digest;
use crate::model::key::Language;
use crate::model::violation::{Violation, Violations};

/// A file: image, audio, video, document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Title.
    pub title: String,
    /// The file's bytes; upload them first.
    pub blob: Digest,
    /// Size in bytes.
    pub size: u64,
    /// Name the file has in packages and downloads.
    pub file_name: String,
    /// Media type, such as `image/svg+xml`.
    pub media_type: String,
    /// Text that stands for an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// The image only decorates: no text stands for it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub decorative: bool,
    /// Caption shown with it, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// What is said and shown, plain text, for audio and video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// Timed text, for audio and video.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<Track>,
}

/// Timed text of an audio or video asset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// What it carries.
    pub kind: TrackKind,
    /// Language of the text.
    pub language: Language,
    /// A WebVTT file.
    pub blob: Digest,
    /// Name the file has in packages.
    pub file_name: String,
}

/// What a track carries (HTML `track` element).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Speech and sounds, in the spoken language.
    Captions,
    /// Speech, translated.
    Subtitles,
    /// What is seen, for people who do not see it.
    Descriptions,
}

impl Asset {
    pub(super) fn words(&self) -> Vec<String> {
        [Some(&self.file_name), self.alt.as_ref(), self.caption.as_ref(), self.transcript.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Whether the file is an image.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }
}

/// Whether a file name is safe in a package on every system.
pub(super) fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && name != "."
        && name != ".."
        && !name.ends_with(['.', ' '])
        && !name.chars().any(|c| c.is_control() || r#"/\:*?"<>|"#.contains(c))
}

/// Whether a text has the shape of a media type (RFC 6838).
pub(super) fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(top, sub)| token(top) && token(sub))
}

impl Document for Asset {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn check(&self, violations: &mut Violations) {
        let rule =
            "a file name has no `/ \\ : * ? \" < > |`, no control characters and at most 200 bytes";
        violations.require(is_file_name(&self.file_name), "/file_name", "file_name", rule);
        violations.require(
            is_media_type(&self.media_type),
            "/media_type",
            "media_type",
            "a media type looks like `image/png`",
        );
        violations.require(
            !(self.decorative && self.alt.is_some()),
            "/alt",
            "decorative",
            "a decorative image has no alternative text; remove `alt` or `decorative`",
        );
        for (n, track) in self.tracks.iter().enumerate() {
            violations.require(
                is_file_name(&track.file_name),
                format!("/tracks/{n}/file_name"),
                "file_name",
                rule,
            );
        }
    }
}
