//! What a page says, without its markup.
//!
//! The page is cut into tags and text and never put together as a tree: tags that nobody closes, however
//! many, cost no more than any others.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Elements whose text nobody sees.
const UNSEEN: [&str; 7] = ["script", "style", "noscript", "template", "svg", "object", "iframe"];
/// Elements that do not end a line.
const INLINE: [&str; 24] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "var",
];

/// The text of a page or a part of one: the title first, then a line for each block.
pub(crate) fn visible_text(html: &str) -> String {
    let tokenizer = Tokenizer::new(Said::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    // Nothing is ever run, so that nothing is waited for.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner().text
}

#[derive(Default)]
struct Said(RefCell<State>);

#[derive(Default)]
struct State {
    text: String,
    /// The unseen element that it is in, and how often inside itself.
    hidden: Option<(String, usize)>,
}

impl TokenSink for Said {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if state.hidden.is_none() => state.text.push_str(&text),
            Token::TagToken(tag) => return state.pass(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn pass(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let inside = &mut self.hidden;
        match (inside, tag.kind) {
            (Some((outer, depth)), TagKind::StartTag) => {
                if outer == name && !tag.self_closing {
                    *depth += 1;
                }
                if outer == "svg" && tag.self_closing {
                    return TokenSinkResult::Continue;
                }
            }
            (Some((outer, depth)), TagKind::EndTag) => {
                if outer == name {
                    *depth -= 1;
                    if *depth == 0 {
                        self.hidden = None;
                        self.text.push('\n');
                    }
                }
            }
            (inside @ None, TagKind::StartTag) if UNSEEN.contains(&name) => {
                if !(name == "svg" && tag.self_closing) {
                    *inside = Some((name.to_owned(), 1));
                }
            }
            (None, _) => {
                if !INLINE.contains(&name) {
                    self.text.push('\n');
                }
            }
        }
        match (tag.kind, raw(name)) {
            (TagKind::StartTag, Some(kind)) => TokenSinkResult::RawData(kind),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// How what stands in an element is told from tags (HTML, 13.2.6.4), where it is not as usual.
fn raw(name: &str) -> Option<RawKind> {
    match name {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "script" => Some(RawKind::ScriptData),
        "style" | "iframe" | "xmp" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        let text = visible_text(html);
        let lines = text.lines().map(|line| line.trim().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn blocks_are_lines_and_scripts_are_silent() {
        let text = "<title>T &amp; U</title><script>x<p></script><p>One <b>two</b></p><style>y</style>\
                    <div>three<br>four</div><svg><title>no</title><path/></svg><!-- no --><p>5 < 6";
        assert_eq!(lines(text), ["T & U", "One two", "three", "four", "5 < 6"]);
    }

    #[test]
    fn elements_that_nobody_closes_cost_nothing() {
        let formats: String = (0..50_000).map(|n| format!("<b id={n}>")).collect();
        let text = format!("{formats}{}end", "<p>".repeat(50_000));
        assert_eq!(lines(&text), ["end"]);
        assert_eq!(lines(&format!("{}shown", "<svg><svg></svg></svg>".repeat(1000))), ["shown"]);
    }
}
