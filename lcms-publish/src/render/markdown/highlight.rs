//! Code in colours, by classes that the style sheet knows.
//!
//! What a reader's eye looks for is the same in most languages: comments, texts, numbers, key words,
//! and names that something is given to. So one scanner serves all, with what differs in a table. It
//! is no parser: what it cannot tell stays plain, and it never changes, adds or loses a character.

use super::escape;

/// Code as HTML, with its parts in `span`s; `None` for a language that is not known.
pub(super) fn highlight(language: &str, code: &str) -> Option<String> {
    let grammar = grammar(&language.to_ascii_lowercase())?;
    let mut scanner = Scanner { grammar, rest: code, out: String::new() };
    while !scanner.rest.is_empty() {
        scanner.step();
    }
    Some(scanner.out)
}

/// What a part of code is: its class after `lcms-`.
#[derive(Clone, Copy)]
enum Part {
    Comment,
    Text,
    Number,
    Keyword,
    /// A key, a tag, a property: what something is given to.
    Name,
    Variable,
    Added,
    Removed,
}

impl Part {
    fn class(self) -> &'static str {
        match self {
            Self::Comment => "c",
            Self::Text => "s",
            Self::Number => "n",
            Self::Keyword => "k",
            Self::Name => "t",
            Self::Variable => "v",
            Self::Added => "a",
            Self::Removed => "r",
        }
    }
}

/// How a language is written.
struct Grammar {
    /// What begins a comment to the end of the line.
    line_comments: &'static [&'static str],
    /// What begins and ends a comment.
    comments: &'static [(&'static str, &'static str)],
    /// What begins and ends a text, and whether it may span lines. Longer ones come first.
    texts: &'static [(&'static str, &'static str, bool)],
    /// Whether a backslash takes the meaning from what follows it in a text.
    escapes: bool,
    keywords: &'static str,
    /// Whether capitals matter in key words.
    exact: bool,
    /// What stands behind a name that something is given to.
    gives: &'static str,
    /// What begins a variable.
    sigil: Option<char>,
    /// What may stand in a word besides letters, digits and `_`.
    in_words: &'static str,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Words,
    /// Tags with attributes between text.
    Markup,
    /// Lines that come and go.
    Changes,
}

const C_LIKE: Grammar = Grammar {
    line_comments: &["//"],
    comments: &[("/*", "*/")],
    texts: &[("\"", "\"", false), ("'", "'", false)],
    escapes: true,
    keywords: "",
    exact: true,
    gives: "",
    sigil: None,
    in_words: "",
    form: Form::Words,
};

const HASHED: Grammar = Grammar { line_comments: &["#"], comments: &[], ..C_LIKE };

const SCRIPT: Grammar = Grammar {
    texts: &[("`", "`", true), ("\"", "\"", false), ("'", "'", false)],
    keywords: "abstract any as async await boolean break case catch class const continue default delete do else enum \
        export extends false finally for from function if implements import in instanceof interface let new null number \
        of private protected public readonly return static string super switch this throw true try type typeof undefined \
        var void while yield",
    ..C_LIKE
};

const SHELL: Grammar = Grammar {
    keywords: "case do done elif else esac export fi for function if in local read return set then until while cd echo \
        exit git npm pip sudo",
    sigil: Some('$'),
    in_words: "-",
    ..HASHED
};

const MARKUP: Grammar = Grammar {
    line_comments: &[],
    comments: &[("<!--", "-->"), ("<![CDATA[", "]]>")],
    escapes: false,
    in_words: "-:.",
    form: Form::Markup,
    ..C_LIKE
};

fn grammar(language: &str) -> Option<Grammar> {
    Some(match language {
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" => SHELL,
        "c" | "h" | "cpp" | "c++" | "cc" | "hpp" => Grammar {
            keywords: "auto bool break case catch char class const constexpr continue default define delete do double else \
                endif enum extern false float for if ifdef ifndef include inline int long namespace new nullptr private \
                protected public return short signed sizeof static struct switch template this throw true try typedef \
                typename union unsigned using virtual void while",
            ..C_LIKE
        },
        "cs" | "csharp" | "c#" | "java" | "kotlin" | "kt" | "scala" | "swift" | "dart" => Grammar {
            texts: &[("\"\"\"", "\"\"\"", true), ("\"", "\"", false), ("'", "'", false)],
            keywords: "abstract as async await boolean break byte case catch char class const continue data default do \
                double else enum extends extension false final finally float for fun func guard if implements import in \
                instanceof int interface internal is let long namespace new nil null object open out override package \
                private protected public readonly record return sealed self static string struct super switch this throw \
                throws true try typealias using val var virtual void when where while yield",
            ..C_LIKE
        },
        "css" | "scss" | "less" => Grammar {
            line_comments: &[],
            gives: ":",
            in_words: "-@",
            keywords: "@media @import @supports @font-face @keyframes important",
            ..C_LIKE
        },
        "diff" | "patch" => Grammar { form: Form::Changes, ..HASHED },
        "docker" | "dockerfile" => Grammar {
            keywords: "add arg as cmd copy entrypoint env expose from healthcheck label run user volume workdir",
            exact: false,
            sigil: Some('$'),
            ..HASHED
        },
        "go" | "golang" => Grammar {
            texts: &[("`", "`", true), ("\"", "\"", false), ("'", "'", false)],
            keywords: "any bool break byte case chan const continue default defer else error fallthrough false float64 for \
                func go goto if import int int64 interface iota make map new nil package range return rune select string \
                struct switch true type var",
            ..C_LIKE
        },
        "html" | "xml" | "svg" | "xhtml" => MARKUP,
        "ini" | "toml" | "properties" | "conf" => Grammar {
            line_comments: &["#", ";"],
            texts: &[("\"\"\"", "\"\"\"", true), ("\"", "\"", false), ("'", "'", false)],
            keywords: "true false",
            gives: "=",
            in_words: "-.",
            ..HASHED
        },
        "javascript" | "js" | "jsx" | "mjs" | "typescript" | "ts" | "tsx" => SCRIPT,
        "json" | "jsonc" | "json5" => Grammar { keywords: "true false null", gives: ":", ..C_LIKE },
        "lua" => Grammar {
            line_comments: &["--"],
            comments: &[("--[[", "]]")],
            keywords: "and break do else elseif end false for function goto if in local nil not or repeat return then true \
                until while",
            ..C_LIKE
        },
        "php" => Grammar {
            line_comments: &["//", "#"],
            keywords: "abstract array as break case catch class const continue default do echo else elseif extends false \
                final finally fn for foreach function if implements include instanceof interface match namespace new null \
                private protected public readonly require return static switch this throw trait true try use var while yield",
            sigil: Some('$'),
            ..C_LIKE
        },
        "powershell" | "ps1" | "pwsh" => Grammar {
            comments: &[("<#", "#>")],
            keywords: "begin break catch class continue do else elseif end exit finally for foreach function if in param \
                process return switch throw trap try until while",
            exact: false,
            escapes: false,
            sigil: Some('$'),
            in_words: "-",
            ..HASHED
        },
        "python" | "py" | "python3" => Grammar {
            texts: &[
                ("\"\"\"", "\"\"\"", true),
                ("'''", "'''", true),
                ("\"", "\"", false),
                ("'", "'", false),
            ],
            keywords: "and as assert async await break case class continue def del elif else except False finally for from \
                global if import in is lambda match None nonlocal not or pass raise return self True try while with yield",
            ..HASHED
        },
        "r" => Grammar {
            keywords: "break else FALSE for function if in library NA next NULL repeat return TRUE while",
            in_words: ".",
            ..HASHED
        },
        "ruby" | "rb" => Grammar {
            keywords: "alias and begin break case class def do else elsif end ensure false for if in include module next nil \
                not or private protected public raise redo require rescue retry return self super then true undef unless \
                until when while yield",
            ..HASHED
        },
        "rust" | "rs" => Grammar {
            // A lone quotation mark begins a lifetime as often as a character.
            texts: &[("r#\"", "\"#", true), ("\"", "\"", true)],
            keywords: "as async await bool break char const continue crate dyn else enum extern f64 false fn for i32 i64 if \
                impl in let loop match mod move mut pub ref return self Self static str String struct super trait true \
                type u8 u32 u64 union unsafe use usize where while",
            ..C_LIKE
        },
        "sql" | "postgresql" | "mysql" | "sqlite" => Grammar {
            line_comments: &["--"],
            escapes: false,
            keywords: "add all alter and as asc begin between by case cast check column commit constraint create cross \
                default delete desc distinct drop else end exists false foreign from full group having if in index inner \
                insert into is join key left like limit not null offset on or order outer primary references right rollback \
                select set table then true union unique update using values view when where with",
            exact: false,
            ..C_LIKE
        },
        "yaml" | "yml" => {
            Grammar { keywords: "true false null yes no", gives: ":", in_words: "-./", ..HASHED }
        }
        _ => return None,
    })
}

struct Scanner<'c> {
    grammar: Grammar,
    rest: &'c str,
    out: String,
}

impl<'c> Scanner<'c> {
    fn step(&mut self) {
        match self.grammar.form {
            Form::Words => self.word_or_more(),
            Form::Markup => self.markup(),
            Form::Changes => self.change(),
        }
    }

    /// Takes so many bytes, as a part of a kind or as plain code.
    fn take(&mut self, length: usize, part: Option<Part>) {
        let (taken, rest) = self.rest.split_at(length);
        let html = escape::text(taken);
        match part {
            Some(part) if !taken.is_empty() => {
                self.out.push_str("<span class=\"lcms-");
                self.out.push_str(part.class());
                self.out.push_str("\">");
                self.out.push_str(&html);
                self.out.push_str("</span>");
            }
            _ => self.out.push_str(&html),
        }
        self.rest = rest;
    }

    fn line_end(&self) -> usize {
        self.rest.find('\n').unwrap_or(self.rest.len())
    }

    fn word_or_more(&mut self) {
        if let Some(length) = self.comment() {
            return self.take(length, Some(Part::Comment));
        }
        if let Some(length) = self.text() {
            let part = if self.is_given(length) { Part::Name } else { Part::Text };
            return self.take(length, Some(part));
        }
        let first = self.rest.chars().next().unwrap_or_default();
        if first.is_ascii_digit() {
            let numeric = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
            let length = self.rest.find(|c| !numeric(c)).unwrap_or(self.rest.len());
            return self.take(length, Some(Part::Number));
        }
        if Some(first) == self.grammar.sigil {
            let braced = self.rest[1..].starts_with('{').then(|| self.rest.find('}')).flatten();
            let name = |c: char| c.is_alphanumeric() || c == '_';
            let bare = self.rest[1..].find(|c| !name(c)).map_or(self.rest.len(), |end| end + 1);
            let length = braced.map_or(bare, |end| end + 1);
            return self.take(length, (length > 1).then_some(Part::Variable));
        }
        let in_word =
            |c: char| c.is_alphanumeric() || c == '_' || self.grammar.in_words.contains(c);
        if in_word(first) {
            let length = self.rest.find(|c| !in_word(c)).unwrap_or(self.rest.len());
            let part = if self.is_given(length) { Some(Part::Name) } else { self.keyword(length) };
            return self.take(length, part);
        }
        self.take(first.len_utf8(), None);
    }

    /// Length of the comment that begins here.
    fn comment(&self) -> Option<usize> {
        let Grammar { comments, line_comments, .. } = self.grammar;
        for (open, close) in comments {
            if let Some(inside) = self.rest.strip_prefix(open) {
                let end = inside.find(close).map(|at| at + close.len()).unwrap_or(inside.len());
                return Some(open.len() + end);
            }
        }
        // `#` inside a word, as in `a#b` or `$#`, begins no comment.
        let apart = self.out.is_empty()
            || self.out.ends_with(|c: char| c.is_whitespace() || "({;>".contains(c));
        let begins =
            line_comments.iter().any(|mark| self.rest.starts_with(mark) && (apart || *mark != "#"));
        begins.then(|| self.line_end())
    }

    /// Length of the text that begins here; one that does not end is none.
    fn text(&self) -> Option<usize> {
        let (open, close, spans) =
            self.grammar.texts.iter().find(|(open, ..)| self.rest.starts_with(open))?;
        let mut at = open.len();
        loop {
            let rest = &self.rest[at..];
            let next = rest.chars().next()?;
            if rest.starts_with(close) {
                return Some(at + close.len());
            }
            if next == '\n' && !spans {
                return None;
            }
            at += next.len_utf8();
            if next == '\\' && self.grammar.escapes {
                at += self.rest[at..].chars().next()?.len_utf8();
            }
        }
    }

    /// Whether what stands behind so many bytes gives something to them.
    fn is_given(&self, length: usize) -> bool {
        let after = self.rest[length..].trim_start_matches([' ', '\t']);
        let gives = self.grammar.gives;
        !gives.is_empty() && after.starts_with(gives) && !after.starts_with("::")
    }

    fn keyword(&self, length: usize) -> Option<Part> {
        let word = &self.rest[..length];
        let known = self.grammar.keywords.split_ascii_whitespace().any(|keyword| {
            if self.grammar.exact { keyword == word } else { keyword.eq_ignore_ascii_case(word) }
        });
        known.then_some(Part::Keyword)
    }

    fn markup(&mut self) {
        if let Some(length) = self.comment() {
            return self.take(length, Some(Part::Comment));
        }
        if !self.rest.starts_with('<') {
            let length = self.rest.find('<').unwrap_or(self.rest.len());
            return self.take(length, None);
        }
        let in_word = |c: char| c.is_alphanumeric() || "_-:.".contains(c);
        let name = self.rest[1..].find(in_word).filter(|at| *at <= 1).unwrap_or(0) + 1;
        self.take(name, None);
        let length = self.rest.find(|c| !in_word(c)).unwrap_or(self.rest.len());
        self.take(length, Some(Part::Keyword));
        while let Some(next) = self.rest.chars().next() {
            if next == '>' {
                return self.take(1, None);
            }
            if let Some(length) = self.text() {
                self.take(length, Some(Part::Text));
            } else if in_word(next) {
                let length = self.rest.find(|c| !in_word(c)).unwrap_or(self.rest.len());
                self.take(length, Some(Part::Name));
            } else {
                self.take(next.len_utf8(), None);
            }
        }
    }

    fn change(&mut self) {
        let end = self.line_end();
        let part = match self.rest.as_bytes().first() {
            Some(b'+') => Some(Part::Added),
            Some(b'-') => Some(Part::Removed),
            Some(b'@') => Some(Part::Comment),
            _ => None,
        };
        self.take(end, part);
        if !self.rest.is_empty() {
            self.take(1, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::highlight;

    /// The parts of highlighted code, as `class:text`.
    fn parts(language: &str, code: &str) -> Vec<String> {
        let html = highlight(language, code).unwrap();
        let spans = html.split("<span class=\"lcms-").skip(1);
        spans.map(|span| span.split("</span>").next().unwrap().replacen("\">", ":", 1)).collect()
    }

    #[test]
    fn the_parts_of_code_are_told_apart() {
        assert_eq!(
            parts("python", "def f(x):  # add\n    return x + 1.5 if x else 'a\\'b'\n"),
            ["k:def", "c:# add", "k:return", "n:1.5", "k:if", "k:else", "s:'a\\'b'"]
        );
        assert_eq!(
            parts("json", "{\"a\": [1, \"b\", true]}"),
            ["t:\"a\"", "n:1", "s:\"b\"", "k:true"]
        );
        assert_eq!(
            parts("bash", "git push \"$HOME\" $1 ${x} # done\necho a#b"),
            ["k:git", "s:\"$HOME\"", "v:$1", "v:${x}", "c:# done", "k:echo"]
        );
        assert_eq!(
            parts("html", "<!-- x --><a href=\"y\">if</a>"),
            ["c:&lt;!-- x --&gt;", "k:a", "t:href", "s:\"y\"", "k:a"]
        );
        assert_eq!(
            parts("yaml", "name: on # x\nwhen: true\n"),
            ["t:name", "c:# x", "t:when", "k:true"]
        );
        assert_eq!(
            parts("SQL", "SELECT 'it' FROM t -- x"),
            ["k:SELECT", "s:'it'", "k:FROM", "c:-- x"]
        );
        assert_eq!(parts("rust", "fn f<'a>(s: &'a str) {} /* x"), ["k:fn", "k:str", "c:/* x"]);
        assert_eq!(parts("diff", "@@ 1 @@\n-a\n+b\n c\n"), ["c:@@ 1 @@", "r:-a", "a:+b"]);
    }

    #[test]
    fn an_unknown_language_is_left_alone() {
        assert_eq!(highlight("brainfog", "if x"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn nothing_is_added_changed_or_lost(
            language in prop::sample::select(vec!["python", "js", "html", "bash", "yaml", "rust", "diff", "sql", "css"]),
            code in "[a-z0-9 <>/\"'`#$\\{\\}\\\\:=;\n é*-]{0,80}",
        ) {
            let html = highlight(language, &code).unwrap();
            let pieces = html.split("<span class=\"lcms-").enumerate();
            let text: String = pieces
                .map(|(n, piece)| if n == 0 { piece } else { piece.split_once("\">").unwrap().1 })
                .map(|piece| piece.replace("</span>", ""))
                .collect();
            let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            prop_assert_eq!(plain, code);
        }
    }
}
