//! Bytes to text: byte order marks, UTF-16, and the single-byte encodings old tools declare.

use super::{Position, XmlError, XmlErrorKind};

/// A document as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// Set when the bytes were not what the document says they are and Windows-1252 was assumed.
    pub(crate) misdeclared: bool,
}

const START: Position = Position { line: 1, column: 1 };

/// Turns bytes into text by their byte order mark, or else as UTF-8 or Windows-1252.
pub(crate) fn decode_marked(bytes: &[u8]) -> Result<Decoded, XmlError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] | [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => decode(bytes),
        _ => Ok(utf8_or_windows1252(bytes)),
    }
}

/// Turns a document's bytes into text, by its byte order mark or else its XML declaration.
///
/// Bytes that claim to be UTF-8 and are not are read as Windows-1252, which maps every byte: that
/// is what they are in practice, and the caller can report it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, XmlError> {
    let plain = |text| Decoded { text, misdeclared: false };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(utf8_or_windows1252(rest)),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes).map(plain),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes).map(plain),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes).map(plain),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes).map(plain),
        _ => match declared_encoding(bytes).as_deref() {
            // A document that was readable up to here as single bytes is not UTF-16, whatever it says.
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii" | "utf-16") => {
                Ok(utf8_or_windows1252(bytes))
            }
            // Latin-1 differs from Windows-1252 only in control characters XML does not allow.
            Some("iso-8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252") => {
                Ok(plain(windows1252(bytes)))
            }
            Some(other) => Err(XmlError {
                position: START,
                kind: XmlErrorKind::UnknownEncoding { name: other.to_owned() },
            }),
        },
    }
}

fn utf8_or_windows1252(bytes: &[u8]) -> Decoded {
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.to_owned(), misdeclared: false },
        Err(_) => Decoded { text: windows1252(bytes), misdeclared: true },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, XmlError> {
    let undecodable =
        || XmlError { position: START, kind: XmlErrorKind::Undecodable { encoding: "UTF-16" } };
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(undecodable());
    }
    char::decode_utf16(pairs.map(|pair| unit([pair[0], pair[1]])))
        .collect::<Result<_, _>>()
        .map_err(|_| undecodable())
}

/// The `encoding` of the XML declaration, in lower case, if there is one.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).take(256).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value[1..].split_once(quote)?;
    Some(name.to_ascii_lowercase())
}

/// The bytes 0x80 to 0x9F of Windows-1252; the rest of the encoding equals Latin-1.
/// Unassigned bytes map to the control character of the same number.
const WINDOWS_1252_HIGH: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

fn windows1252(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            0x80..=0x9F => WINDOWS_1252_HIGH[usize::from(byte - 0x80)],
            _ => char::from(byte),
        })
        .collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    const DOCUMENT: &str = "<?xml version=\"1.0\"?><t>Grün – 日本</t>";

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        let bytes = [b"\xEF\xBB\xBF".as_slice(), DOCUMENT.as_bytes()].concat();
        assert_eq!(decode(&bytes).unwrap().text, DOCUMENT);
    }

    #[test]
    fn utf16_is_read_with_and_without_a_byte_order_mark() {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let plain = utf16_bytes(DOCUMENT, unit);
            let marked = utf16_bytes(&format!("\u{FEFF}{DOCUMENT}"), unit);
            assert_eq!(decode(&plain).unwrap().text, DOCUMENT);
            assert_eq!(decode(&marked).unwrap().text, DOCUMENT);
        }
    }

    #[test]
    fn half_a_utf16_character_is_refused() {
        let mut bytes = utf16_bytes(DOCUMENT, u16::to_le_bytes);
        bytes.pop();
        let error = decode(&bytes).unwrap_err();
        assert_eq!(error.kind, XmlErrorKind::Undecodable { encoding: "UTF-16" });
    }

    #[test]
    fn declared_single_byte_encodings_are_followed() {
        for name in ["ISO-8859-1", "windows-1252"] {
            let bytes = [
                format!("<?xml version='1.0' encoding='{name}'?><t>").as_bytes(),
                b"Gr\xFCn \x96 \x80</t>",
            ]
            .concat();
            let decoded = decode(&bytes).unwrap();
            assert!(decoded.text.ends_with("<t>Grün – €</t>"), "{}", decoded.text);
            assert!(!decoded.misdeclared);
        }
    }

    #[test]
    fn windows_1252_that_claims_to_be_utf8_is_read_and_reported() {
        let decoded = decode(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><t>Caf\xE9</t>").unwrap();
        assert!(decoded.text.ends_with("<t>Café</t>"));
        assert!(decoded.misdeclared);
    }

    #[test]
    fn an_unknown_encoding_is_refused_by_name() {
        let error = decode(b"<?xml version=\"1.0\" encoding=\"EBCDIC-CP-DK\"?><t/>").unwrap_err();
        assert_eq!(error.kind, XmlErrorKind::UnknownEncoding { name: "ebcdic-cp-dk".into() });
    }
}
