//! HTML as others wrote it.

mod escape;
mod markdown;
mod table;
mod words;

pub(crate) use escape::{escape, escape_line_starts};
pub(crate) use markdown::{Target, kept, to_markdown};
pub(crate) use words::visible_text;
