//! Plain text of unknown encoding.

use crate::xml;

/// The text of a file: by its byte order mark, else UTF-8, else Windows-1252, which every byte is a
/// character of. Bytes that are none of these are replaced. It cannot fail, so it is for files whose
/// format does not say.
pub fn decode_text(bytes: &[u8]) -> String {
    match xml::decode_marked(bytes) {
        Ok(decoded) => decoded.text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_found_out() {
        assert_eq!(decode_text(b"\xef\xbb\xbfa"), "a");
        assert_eq!(decode_text(b"\xff\xfea\0"), "a");
        assert_eq!(decode_text("größe".as_bytes()), "größe");
        assert_eq!(decode_text(b"gr\xf6\xdfe"), "größe");
    }
}
