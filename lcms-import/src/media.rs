//! What a file is, judged by its name.

/// Media types (IANA registry) by the endings of file names.
const TYPES: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("webp", "image/webp"),
    ("aac", "audio/aac"),
    ("flac", "audio/flac"),
    ("m4a", "audio/mp4"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("wav", "audio/vnd.wave"),
    ("mov", "video/quicktime"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ics", "text/calendar"),
    ("js", "text/javascript"),
    ("md", "text/markdown"),
    ("py", "text/x-python"),
    ("r", "text/x-r"),
    ("sh", "text/x-shellscript"),
    ("tsv", "text/tab-separated-values"),
    ("txt", "text/plain"),
    ("vtt", "text/vtt"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("7z", "application/x-7z-compressed"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("gz", "application/gzip"),
    ("ipynb", "application/x-ipynb+json"),
    ("json", "application/json"),
    ("odg", "application/vnd.oasis.opendocument.graphics"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("pdf", "application/pdf"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rtf", "application/rtf"),
    ("tar", "application/x-tar"),
    ("wasm", "application/wasm"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
    ("otf", "font/otf"),
    ("ttf", "font/ttf"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
];

/// The media type that a path's ending stands for.
pub fn media_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending
        .and_then(|ending| TYPES.iter().find(|(known, _)| *known == ending))
        .map_or("application/octet-stream", |(_, media_type)| *media_type)
}

/// The last part of a path, with what some system refuses in names replaced.
pub(crate) fn file_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name: String =
        name.chars().map(|c| if r#"\:*?"<>|"#.contains(c) { '-' } else { c }).collect();
    let end = name.trim_end_matches(['.', ' ']).len();
    let mut start = end.saturating_sub(200);
    while !name.is_char_boundary(start) {
        start += 1;
    }
    match &name[start..end] {
        "" => "file".to_owned(),
        kept => kept.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_a_file_is() {
        assert_eq!(media_type("a/b.SVG"), "image/svg+xml");
        assert_eq!(media_type("a.tar.gz"), "application/gzip");
        assert_eq!(media_type("a.b/none"), "application/octet-stream");
    }

    #[test]
    fn file_names_are_safe_on_every_system() {
        assert_eq!(file_name("a/b: c?.png"), "b- c-.png");
        assert_eq!(file_name("a/..."), "file");
        let long = file_name(&format!("é{}.png", "x".repeat(300)));
        assert!(long.len() <= 200 && long.ends_with(".png"));
    }
}
