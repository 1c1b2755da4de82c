//! The two forms of AICC's files: tables, and groups of `name=value`.

use std::collections::HashMap;

use crate::text::decode_text;

/// A table with a line of names, which are in lower case.
pub(super) struct Table {
    pub(super) names: Vec<String>,
    pub(super) lines: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let text = decode_text(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut lines = reader
            .records()
            .filter_map(Result::ok)
            .map(|record| record.iter().map(str::to_owned).collect::<Vec<String>>())
            .filter(|line| line.iter().any(|value| !value.is_empty()));
        let names = lines.next().unwrap_or_default();
        let names = names.into_iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        Self { names, lines: lines.collect() }
    }

    /// Each line by the names.
    pub(super) fn rows(&self) -> impl Iterator<Item = HashMap<String, String>> + '_ {
        self.lines.iter().map(|line| self.names.iter().cloned().zip(line.iter().cloned()).collect())
    }
}

/// Groups and their fields, names in lower case; the lines of a group without `=` stand together
/// under the empty name.
pub(super) fn groups(bytes: &[u8]) -> HashMap<String, HashMap<String, String>> {
    let mut found: HashMap<String, HashMap<String, String>> = HashMap::new();
    let mut group = String::new();
    for line in decode_text(bytes).lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = name.trim().to_ascii_lowercase();
            found.entry(group.clone()).or_default().entry(String::new()).or_default();
            continue;
        }
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let fields = found.entry(group.clone()).or_default();
        match line.split_once('=').filter(|_| group != "course_description") {
            Some((name, value)) => {
                fields.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
            }
            None => {
                let text = fields.entry(String::new()).or_default();
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(line);
            }
        }
    }
    found
}
