//! The documents of a corpus, as a person would send them.

use std::ops::Range;

use lcms_core::model::Digest;
use serde_json::{Value, json};

use super::Corpus;
use super::random::Random;

/// Distinct tags.
const TAGS: usize = 40;
/// Shortest and longest body, but for the last paragraph.
const BODY_BYTES: Range<usize> = 500..4_000;

/// A picture that assets show: a chart of bars.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) svg: String,
    pub(super) digest: Digest,
}

impl Picture {
    pub(super) fn new(seed: u64, number: usize) -> Self {
        let mut random = Random::of(!seed, number as u64);
        let bars: String = (0..20 + random.below(60))
            .map(|bar| {
                let (x, height) = (bar * 5, 1 + random.below(95));
                let y = 100 - height;
                format!("<rect x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{height}\"/>")
            })
            .collect();
        let space = "xmlns=\"http://www.w3.org/2000/svg\"";
        let svg = format!("<svg {space} viewBox=\"0 0 400 100\">{bars}</svg>");
        Self { digest: Digest::of_bytes(svg.as_bytes()), svg }
    }
}

impl Corpus {
    pub(super) fn title(&self, random: &mut Random) -> String {
        let mut title = String::new();
        let words = 2 + random.below(5);
        self.vocabulary.phrase(random, words, &mut title);
        title
    }

    pub(super) fn metadata(&self, random: &mut Random) -> Value {
        let tags: Vec<_> = (0..1 + random.below(3))
            .map(|_| {
                // The first tags are the frequent ones.
                let at = random.below(TAGS).min(random.below(TAGS));
                format!("about-{}", self.vocabulary.word(1_000 + at))
            })
            .collect();
        let keywords = [self.vocabulary.any(random), self.vocabulary.any(random)];
        json!({ "tags": tags, "keywords": keywords, "duration_minutes": 1 + random.below(30) })
    }

    pub(super) fn asset(&self, number: usize, title: &str) -> Value {
        let picture = &self.pictures[number % self.pictures.len()];
        json!({
            "alt": title,
            "title": title,
            "blob": picture.digest,
            "size": picture.svg.len(),
            "file_name": format!("picture-{number}.svg"),
            "media_type": "image/svg+xml",
        })
    }

    pub(super) fn question(&self, random: &mut Random, title: &str) -> Value {
        let mut text = |words: usize| {
            let mut text = String::new();
            self.vocabulary.phrase(random, words, &mut text);
            text
        };
        let prompt = format!("{}?", text(12));
        let feedback = text(8);
        let choices: Vec<_> = ["a", "b", "c", "d"]
            .map(|id| json!({ "id": id, "text": text(5), "correct": id == "b" }))
            .into();
        json!({
            "title": title,
            "prompt": prompt,
            "interaction": { "type": "single_choice", "choices": choices },
            "feedback": { "incorrect": feedback },
        })
    }

    pub(super) fn topic(&self, random: &mut Random, title: &str) -> Value {
        let mut summary = String::new();
        self.vocabulary.sentence(random, &mut summary);
        json!({ "title": title, "summary": summary, "body": self.body(random) })
    }

    /// Markdown with headings, paragraphs, a list, a note and, in every second one, a picture.
    fn body(&self, random: &mut Random) -> String {
        let length = BODY_BYTES.start + random.below(BODY_BYTES.len());
        let mut body = String::with_capacity(length + 300);
        if random.below(2) == 0 {
            let picture = self.media.start + random.below(self.media.len());
            body.push_str(&format!("![[{}]]\n\n", self.id(picture)));
        }
        while body.len() < length {
            match random.below(8) {
                0 => {
                    body.push_str("## ");
                    self.vocabulary.phrase(random, 4, &mut body);
                }
                1 => {
                    for _ in 0..3 {
                        body.push_str("- ");
                        self.vocabulary.phrase(random, 6, &mut body);
                        body.push('\n');
                    }
                }
                2 => {
                    body.push_str(":::note\n");
                    self.vocabulary.sentence(random, &mut body);
                    body.push_str("\n:::");
                }
                _ => {
                    for n in 0..3 {
                        body.push_str(if n == 0 { "" } else { " " });
                        self.vocabulary.sentence(random, &mut body);
                    }
                }
            }
            body.push_str("\n\n");
        }
        body
    }

    pub(super) fn structure(
        &self,
        random: &mut Random,
        title: &str,
        placements: &[Value],
    ) -> Value {
        let mut summary = String::new();
        self.vocabulary.sentence(random, &mut summary);
        json!({ "title": title, "summary": summary, "placements": placements })
    }
}
