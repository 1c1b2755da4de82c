//! Canonical JSON (RFC 8785), written in one pass.
//!
//! Everything that has a digest is written so, ten thousand small objects at a time. Members stand where they
//! were written; only where an object's names are out of order are they moved, once, when it ends.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::io;
use std::rc::Rc;

use serde::Serialize;
use serde_json::ser::Formatter;

/// Up to here every whole number is a double.
const EXACT: u64 = 1 << 53;

/// The canonical bytes of a value.
///
/// # Errors
/// When it is nothing that JSON could hold.
pub(super) fn to_vec<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let out = Out::default();
    let canonical = Canonical { out: out.clone(), open: Vec::new() };
    value.serialize(&mut serde_json::Serializer::with_formatter(out.clone(), canonical))?;
    Ok(out.0.take())
}

/// What was written so far; the formatter looks back at it.
#[derive(Clone, Default)]
struct Out(Rc<RefCell<Vec<u8>>>);

impl Out {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

impl io::Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where a member of an object begins, and where its name ends.
#[derive(Clone, Copy, Default)]
struct Member {
    begins: usize,
    named: usize,
}

struct Canonical {
    out: Out,
    /// The members of every object that has not ended, the innermost last.
    open: Vec<Vec<Member>>,
}

impl Canonical {
    /// Puts the members of an object that ends here in the order of their names.
    fn settle(&self, members: &[Member]) {
        let mut out = self.out.0.borrow_mut();
        let name = |member: &Member| &out[member.begins..member.named];
        if members.is_sorted_by(|a, b| in_order(name(a), name(b)).is_le()) {
            return;
        }
        let Some(first) = members.first().map(|member| member.begins) else { return };
        let ends = members.iter().skip(1).map(|next| next.begins - 1).chain([out.len()]);
        let mut parts: Vec<_> = members.iter().copied().zip(ends).collect();
        parts.sort_by(|(a, _), (b, _)| in_order(name(a), name(b)));
        let parts: Vec<_> = parts.iter().map(|(member, end)| &out[member.begins..*end]).collect();
        let sorted = parts.join(&b',');
        out.truncate(first);
        out.extend_from_slice(&sorted);
    }
}

/// How two names, as they are written with their quotation marks, stand to each other: by UTF-16 code
/// units (RFC 8785, 3.2.3).
fn in_order(a: &[u8], b: &[u8]) -> Ordering {
    let is_plain = |name: &[u8]| name.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
    let inside = |name: &[u8]| -> Vec<u16> {
        let text: String = serde_json::from_slice(name).unwrap_or_default();
        text.encode_utf16().collect()
    };
    if is_plain(a) && is_plain(b) {
        // Without the closing mark, which is no part of the name.
        a[..a.len() - 1].cmp(&b[..b.len() - 1])
    } else {
        inside(a).cmp(&inside(b))
    }
}

fn number<W: ?Sized + io::Write>(writer: &mut W, value: f64) -> io::Result<()> {
    if !value.is_finite() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "JSON has finite numbers only"));
    }
    writer.write_all(ryu_js::Buffer::new().format_finite(value).as_bytes())
}

#[expect(clippy::cast_precision_loss, reason = "numbers of JSON are doubles (RFC 8785, 3.2.2.3)")]
impl Formatter for Canonical {
    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        match value.unsigned_abs() <= EXACT {
            true => write!(writer, "{value}"),
            false => number(writer, value as f64),
        }
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        match value <= EXACT {
            true => write!(writer, "{value}"),
            false => number(writer, value as f64),
        }
    }

    fn write_i128<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i128) -> io::Result<()> {
        number(writer, value as f64)
    }

    fn write_u128<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        number(writer, value as f64)
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        number(writer, f64::from(value))
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        number(writer, value)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open.push(Vec::new());
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        let begins = self.out.len();
        if let Some(members) = self.open.last_mut() {
            members.push(Member { begins, named: begins });
        }
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let named = self.out.len();
        if let Some(member) = self.open.last_mut().and_then(|members| members.last_mut()) {
            member.named = named;
        }
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let members = self.open.pop().unwrap_or_default();
        self.settle(&members);
        writer.write_all(b"}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::ser::{SerializeMap as _, Serializer};

    use super::*;

    /// Any JSON, with members in any order.
    #[derive(Clone, Debug)]
    enum Tree {
        Null,
        Bool(bool),
        Whole(i64),
        Large(u64),
        Number(f64),
        Text(String),
        List(Vec<Tree>),
        Object(Vec<(String, Tree)>),
    }

    impl Serialize for Tree {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Null => serializer.serialize_unit(),
                Self::Bool(value) => serializer.serialize_bool(*value),
                Self::Whole(value) => serializer.serialize_i64(*value),
                Self::Large(value) => serializer.serialize_u64(*value),
                Self::Number(value) => serializer.serialize_f64(*value),
                Self::Text(value) => serializer.serialize_str(value),
                Self::List(items) => serializer.collect_seq(items),
                Self::Object(members) => {
                    let mut map = serializer.serialize_map(Some(members.len()))?;
                    members
                        .iter()
                        .try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                    map.end()
                }
            }
        }
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-c]{0,3}", "[ab\"\\\\\n\u{1}é\u{e000}\u{1f600}]{0,4}", ".{0,6}"]
    }

    fn tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            Just(Tree::Null),
            any::<bool>().prop_map(Tree::Bool),
            any::<i64>().prop_map(Tree::Whole),
            any::<u64>().prop_map(Tree::Large),
            (-1000_i64..1000).prop_map(Tree::Whole),
            (-1.0e25..1.0e25).prop_map(Tree::Number),
            (-10.0..10.0).prop_map(Tree::Number),
            text().prop_map(Tree::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::List),
                prop::collection::hash_map(text(), inner, 0..6)
                    .prop_map(|members| Tree::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// The bytes are those of another implementation, which writes and sorts all over again.
        #[test]
        fn any_document_has_the_bytes_that_the_standard_asks_for(tree in tree()) {
            let ours = String::from_utf8(to_vec(&tree).unwrap()).unwrap();
            let theirs = String::from_utf8(serde_json_canonicalizer::to_vec(&tree).unwrap()).unwrap();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn names_stand_in_the_order_of_their_code_units() {
        // U+1F600 begins with a surrogate, which stands before U+E000.
        let names = ["b", "\u{e000}", "\u{1f600}", "a\"", "a", "a!", ""];
        let object = names.map(|name| (name.to_owned(), Tree::Null)).to_vec();
        let written = String::from_utf8(to_vec(&Tree::Object(object)).unwrap()).unwrap();
        let expected = ["", "a", "a!", "a\\\"", "b", "\u{1f600}", "\u{e000}"];
        let expected = expected.map(|name| format!("\"{name}\":null")).join(",");
        assert_eq!(written, format!("{{{expected}}}"));
    }
}
