//! What is said in files of captions, without when it is said.
//!
//! WebVTT (W3C, Candidate Recommendation of 2019, section 4) and SubRip files are blocks of lines; a
//! line with `-->` times the lines below it, up to an empty one. Everything else (the header, notes,
//! styles, regions, identifiers) says nothing to a person. Whatever bytes a file has, it is read in one
//! pass, and what is not as it should be is read as text.

/// The text of the cues of a WebVTT or SubRip file: a line for each that differs from the one before,
/// without times, identifiers and tags. At most `most` bytes of it.
#[must_use]
pub fn cue_text(file: &[u8], most: usize) -> String {
    let file = decoded(file);
    let mut text = String::new();
    let mut inside = false;
    // SubRip numbers its cues: a number is one when times follow it.
    let mut waiting: Option<&str> = None;
    let mut last = String::new();
    let mut add = |line: &str, text: &mut String| {
        let said = without_tags(line);
        if said.is_empty() || said == last {
            return true; // rolling captions repeat the line before
        }
        if text.len() + said.len() + 1 > most {
            return false;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&said);
        last = said;
        true
    };
    for line in file.lines().flat_map(|line| line.split('\r')) {
        let line = line.trim();
        if line.contains("-->") {
            inside = true;
            waiting = None;
            continue;
        }
        if let Some(number) = waiting.take()
            && !add(number, &mut text)
        {
            return text;
        }
        if line.is_empty() {
            inside = false;
        } else if inside && line.bytes().all(|byte| byte.is_ascii_digit()) {
            waiting = Some(line);
        } else if inside && !add(line, &mut text) {
            return text;
        }
    }
    if let Some(number) = waiting {
        add(number, &mut text);
    }
    text
}

/// The text of a file of plain text: UTF-8 or UTF-16 with their marks, UTF-8 without, or else one byte
/// for each character (ISO 8859-1).
#[must_use]
pub fn decoded(file: &[u8]) -> String {
    let utf16 = |file: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, _) = file.as_chunks::<2>();
        let units = pairs.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match file {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(file) {
            Ok(text) => text.to_owned(),
            Err(_) => file.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

/// A line of a cue without its tags (`<v Ann>`, `<i>`, `<00:01.000>`, SubRip's `{\an8}`), with the few
/// references that WebVTT knows replaced.
fn without_tags(line: &str) -> String {
    let mut said = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{', '&']) {
        said.push_str(&rest[..at]);
        let from = &rest[at..];
        rest = match from.as_bytes()[0] {
            // A sign that begins no tag is a sign.
            b'<' if !from[1..]
                .starts_with(|c: char| c.is_ascii_alphanumeric() || "/.".contains(c)) =>
            {
                said.push('<');
                &from[1..]
            }
            b'<' => from.find('>').map_or("", |end| &from[end + 1..]),
            b'{' if from.starts_with("{\\") => from.find('}').map_or("", |end| &from[end + 1..]),
            b'&' => {
                let named = REFERENCES.iter().find(|(name, _)| from.starts_with(name));
                let (name, character) = named.copied().unwrap_or(("&", "&"));
                said.push_str(character);
                &from[name.len()..]
            }
            _ => {
                said.push('{');
                &from[1..]
            }
        };
    }
    said.push_str(rest);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The references of WebVTT (section 4.2.2), as they stand and what they mean.
const REFERENCES: [(&str, &str); 7] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&nbsp;", " "),
    ("&lrm;", ""),
    ("&rlm;", ""),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(file: &str) -> String {
        cue_text(file.as_bytes(), usize::MAX)
    }

    #[test]
    fn webvtt_says_its_cues_and_nothing_else() {
        let file = "\u{feff}WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n\
                    NOTE said by nobody\n\nintro\n00:00:01.000 --> 00:00:02.500 align:start\n\
                    <v Ann>Press the <i>red</i> button,\n<00:00:02.000>then wait &amp; see.\n\n\
                    00:03.000 --> 00:04.000\nthen wait &amp; see.\n3 < 5 &nbsp; {ok}\n";
        assert_eq!(said(file), "Press the red button,\nthen wait & see.\n3 < 5 {ok}");
    }

    #[test]
    fn subrip_says_no_numbers_even_without_empty_lines() {
        let file = "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<font color=\"red\">Stop</font>\r\n\
                    2\r\n00:00:02,000 --> 00:00:03,000\r\n42\r\n\r\n3\r\n00:00:03,000 --> 00:00:04,000\r\nGo";
        assert_eq!(said(file), "Stop\n42\nGo");
    }

    #[test]
    fn other_encodings_are_read() {
        let file = "1\n00:00 --> 00:01\nÜbung\n";
        let little: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(file.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(cue_text(&little, 100), "Übung");
        let latin: Vec<u8> = file.chars().map(|c| u8::try_from(c as u32).unwrap()).collect();
        assert_eq!(cue_text(&latin, 100), "Übung");
    }

    #[test]
    fn a_file_that_never_ends_is_cut_between_cues() {
        let file: String = (0..1000).map(|n| format!("0:0 --> 0:1\nword{n}\n\n")).collect();
        assert_eq!(cue_text(file.as_bytes(), 12), "word0\nword1");
        let tags = format!("0:0 --> 0:1\n{}", "<i".repeat(200_000));
        assert_eq!(said(&tags), "");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_within_the_limit(file: Vec<u8>, most in 0_usize..64) {
            prop_assert!(cue_text(&file, most).len() <= most);
        }

        #[test]
        fn what_is_said_is_found_again(lines in proptest::collection::vec("[a-z]{1,8}( [a-z]{1,8}){0,3}", 1..8)) {
            let file: String = lines.iter().map(|line| format!("00:00 --> 00:01\n{line}\n\n")).collect();
            let mut different = lines;
            different.dedup();
            prop_assert_eq!(said(&file), different.join("\n"));
        }
    }
}
