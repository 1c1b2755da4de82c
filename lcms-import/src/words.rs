//! The words of documents, for the index.

use lcms_core::service::ReadWords;
use lcms_formats::{decode_text, docx, zip};

use crate::html::visible_text;

/// A Word document.
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// Most bytes of a page that are read.
const MOST_PAGE: usize = 4 << 20;
/// Most bytes that a Word document may unpack to: many times what a book says.
const MOST_UNPACKED: u64 = 128 << 20;

/// Reads the words of pages (HTML, XHTML) and Word documents (DOCX).
#[derive(Clone, Copy, Debug)]
pub struct DocumentWords;

impl ReadWords for DocumentWords {
    fn reads(&self, media_type: &str) -> bool {
        matches!(media_type, "text/html" | "application/xhtml+xml" | WORD)
    }

    fn words(&self, media_type: &str, bytes: &[u8]) -> Option<String> {
        if media_type == WORD {
            let limits = docx::Limits {
                zip: zip::Limits { total_bytes: MOST_UNPACKED, ..zip::Limits::default() },
                ..docx::Limits::default()
            };
            let document = docx::read(bytes, &limits).ok()?;
            return Some(lines(&visible_text(&document.html)));
        }
        let page = decode_text(&bytes[..bytes.len().min(MOST_PAGE)]);
        Some(lines(&visible_text(&page)))
    }
}

/// The lines that say something.
fn lines(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_its_blocks_and_a_damaged_document_nothing() {
        let page = b"<html><head><title>Fire</title></head><body><p>Leave  the\nhouse</p></body>";
        let said = DocumentWords.words("text/html", page);
        assert_eq!(said.as_deref(), Some("Fire\nLeave the\nhouse"));
        assert_eq!(DocumentWords.words(WORD, b"PK\x03\x04 no"), None);
        assert!(!DocumentWords.reads("application/pdf"));
    }
}
