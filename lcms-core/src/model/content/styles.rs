//! Styles that people write for a theme: CSS of which every rule is read and nothing is let through
//! unread.
//!
//! What is allowed is small on purpose: rules of selectors and declarations (CSS Syntax Level 3,
//! 5.4.4) with properties that change how text and boxes look. No at-rules, no escapes, no strings in values and
//! no address, so that a theme can neither fetch anything nor place something over the player.

use crate::model::violation::Violation;

/// Longest styles, in bytes.
const MAX: usize = 32 << 10;

/// Properties, or beginnings of families of properties that end with `-`.
const PROPERTIES: &[&str] = &[
    "accent-color",
    "align-items",
    "background",
    "background-color",
    "background-image",
    "border",
    "border-",
    "box-shadow",
    "caption-side",
    "color",
    "column-gap",
    "font-family",
    "font-size",
    "font-stretch",
    "font-style",
    "font-variant",
    "font-variant-",
    "font-weight",
    "font-feature-settings",
    "gap",
    "hyphens",
    "justify-content",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-",
    "max-inline-size",
    "max-width",
    "outline",
    "outline-",
    "padding",
    "padding-",
    "row-gap",
    "tab-size",
    "text-align",
    "text-decoration",
    "text-decoration-",
    "text-indent",
    "text-shadow",
    "text-transform",
    "text-underline-offset",
    "text-wrap",
    "vertical-align",
    "word-spacing",
    "--lcms-",
];

/// Functions that compute a colour, a length or a picture of their own.
const FUNCTIONS: &[&str] = &[
    "rgb",
    "rgba",
    "hsl",
    "hsla",
    "hwb",
    "oklab",
    "oklch",
    "lab",
    "lch",
    "color-mix",
    "calc",
    "min",
    "max",
    "clamp",
    "var",
    "linear-gradient",
    "radial-gradient",
    "conic-gradient",
    "repeating-linear-gradient",
];

/// Reads styles and answers everything in them that is not allowed, each at its line and column.
pub(super) fn check(css: &str) -> Result<(), Vec<Violation>> {
    let mut reader = Reader { rest: css, faults: Vec::new(), css };
    if css.len() > MAX {
        reader.fault("length", format!("styles have at most {MAX} bytes"));
    } else {
        reader.sheet();
    }
    if reader.faults.is_empty() { Ok(()) } else { Err(reader.faults) }
}

struct Reader<'c> {
    css: &'c str,
    rest: &'c str,
    faults: Vec<Violation>,
}

impl<'c> Reader<'c> {
    fn fault(&mut self, rule: &str, message: String) {
        let read = &self.css[..self.css.len() - self.rest.len()];
        let line = read.matches('\n').count() + 1;
        let column = read.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.faults.push(Violation::new("/theme/css", rule, message).at(line, column));
    }

    /// Goes over white space and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix("/*") else { return };
            match comment.split_once("*/") {
                Some((_, after)) => self.rest = after,
                None => {
                    self.fault("css", "the comment has no end".to_owned());
                    self.rest = "";
                }
            }
        }
    }

    /// Everything up to one of these characters, which is not taken.
    fn until(&mut self, ends: &[char]) -> &'c str {
        let at = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(at);
        self.rest = rest;
        taken
    }

    fn sheet(&mut self) {
        loop {
            self.skip();
            if self.rest.is_empty() {
                return;
            }
            if self.rest.starts_with('@') {
                let name = self.rest.split([' ', '{', ';', '(']).next().unwrap_or_default();
                self.fault("css_rule", format!("`{name}` is not allowed; write plain rules"));
                return;
            }
            self.selector();
            if !self.rest.starts_with('{') {
                self.fault("css", "a rule is `selector { property: value; }`".to_owned());
                return;
            }
            self.rest = &self.rest[1..];
            if !self.declarations() {
                return;
            }
        }
    }

    fn selector(&mut self) {
        let here = self.rest;
        let selector = self.until(&['{', '}', ';', '@']);
        let is_plain = |c: char| {
            c.is_alphanumeric() || c.is_whitespace() || ".:#>+~,-_()*[]=\"^$|".contains(c)
        };
        if selector.trim().is_empty() || !selector.chars().all(is_plain) {
            let after = std::mem::replace(&mut self.rest, here);
            let shown: String = selector.trim().chars().take(60).collect();
            self.fault("css_selector", format!("`{shown}` is not a selector that is allowed"));
            self.rest = after;
        }
    }

    /// Declarations up to the end of their rule; whether it was found.
    fn declarations(&mut self) -> bool {
        loop {
            self.skip();
            if let Some(after) = self.rest.strip_prefix(['}']) {
                self.rest = after;
                return true;
            }
            if let Some(after) = self.rest.strip_prefix(';') {
                self.rest = after;
                continue;
            }
            if self.rest.is_empty() {
                self.fault("css", "the rule has no `}`".to_owned());
                return false;
            }
            self.declaration();
            if self.rest.starts_with('{') {
                self.fault("css", "rules do not stand inside one another".to_owned());
                return false;
            }
        }
    }

    fn declaration(&mut self) {
        let here = self.rest;
        let declaration = self.until(&[';', '}', '{']);
        let after = std::mem::replace(&mut self.rest, here);
        match declaration.split_once(':') {
            Some((name, value)) => self.check_declaration(name.trim(), value.trim()),
            None => self.fault("css", "a declaration is `property: value`".to_owned()),
        }
        self.rest = after;
    }

    fn check_declaration(&mut self, name: &str, value: &str) {
        let is_name =
            name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let allowed =
            |family: &&str| *family == name || family.ends_with('-') && name.starts_with(*family);
        if !is_name || !PROPERTIES.iter().any(allowed) {
            let shown: String = name.chars().take(60).collect();
            self.fault("css_property", format!("the property `{shown}` is not allowed in a theme"));
        }
        let is_plain =
            |c: char| c.is_alphanumeric() || c.is_whitespace() || "#%.,()+-*/!_'".contains(c);
        if value.is_empty() || !value.chars().all(is_plain) {
            self.fault(
                "css_value",
                format!("the value of `{name}` has characters that are not allowed"),
            );
        }
        for function in functions(value).filter(|function| !FUNCTIONS.contains(&&**function)) {
            self.fault("css_value", format!("`{function}()` is not allowed in a theme"));
        }
    }
}

/// Names of the functions that a value calls, in lower case.
fn functions(value: &str) -> impl Iterator<Item = String> + '_ {
    value.match_indices('(').filter_map(|(at, _)| {
        let before = &value[..at];
        let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let start = before
            .rfind(|c| !is_part(c))
            .map_or(0, |n| n + before[n..].chars().next().map_or(1, char::len_utf8));
        let name = &before[start..];
        (!name.is_empty()).then(|| name.to_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn plain_rules_pass() {
        for css in [
            "",
            "/* ours */\n.lcms-header { background: linear-gradient(90deg, #123, rgb(1 2 3)); }\n",
            "h2, .lcms-page > p:first-child{color:#123456;letter-spacing:.02em}",
            ":root { --lcms-radius: 0; --lcms-measure: calc(30rem + 2vw) }",
            "a:hover { text-decoration-thickness: 2px !important; ; }",
        ] {
            assert_eq!(check(css), Ok(()), "{css}");
        }
    }

    #[test]
    fn what_could_fetch_or_cover_is_refused_where_it_stands() {
        for (css, rule, line, column) in [
            ("@import \"x.css\";", "css_rule", 1, 1),
            ("p { color: red }\n@media print { p { color: red } }", "css_rule", 2, 1),
            ("p { background: url(https://example.org/x) }", "css_value", 1, 5),
            ("p { background: URL(x) }", "css_value", 1, 5),
            ("p {\n  background: image-set('x' 1x) }", "css_value", 2, 3),
            ("p { background: u\\72l(x) }", "css_value", 1, 5),
            ("p { position: fixed }", "css_property", 1, 5),
            ("p { content: x }", "css_property", 1, 5),
            ("p { --other: x }", "css_property", 1, 5),
            ("p { color }", "css", 1, 5),
            ("p { color: red", "css", 1, 15),
            ("p { a { color: red } }", "css", 1, 5),
            ("color: red;", "css", 1, 11),
            ("p</style> { color: red }", "css_selector", 1, 1),
            ("/* no end", "css", 1, 1),
        ] {
            let faults = check(css).unwrap_err();
            let first = &faults[0];
            assert_eq!(
                (first.rule.as_str(), first.line, first.column),
                (rule, Some(line), Some(column)),
                "{css}: {faults:?}"
            );
        }
        assert_eq!(check(&" ".repeat(40_000)).unwrap_err()[0].rule, "length");
    }
}
