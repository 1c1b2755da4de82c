//! Documents as people read them: texts as lists of lines, so that a difference shows the lines
//! that changed.
//!
//! A text of several lines is written `{"$lines": ["first", "second"]}`. An object that looks like
//! that already gets one more `$`, so that every document comes back as it was. One that does not,
//! since it is no JSON of the usual form, is written whole as `{"$canonical": "…"}`.

use serde_json::{Map, Value, json};

use lcms_core::model::canonical_json;

const LINES: &str = "$lines";
const CANONICAL: &str = "$canonical";

/// A document in the form of a file: indented JSON that ends in a line feed.
pub(super) fn encode(canonical: &[u8]) -> Vec<u8> {
    if let Ok(value) = serde_json::from_slice::<Value>(canonical) {
        let written = pretty(&spread(value));
        if decode(&written).as_deref() == Ok(canonical) {
            return written;
        }
    }
    pretty(&json!({ CANONICAL: String::from_utf8_lossy(canonical) }))
}

/// The canonical bytes of the document that a file holds.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn decode(written: &[u8]) -> Result<Vec<u8>, String> {
    let value: Value = serde_json::from_slice(written).map_err(|error| error.to_string())?;
    if let Some((CANONICAL, whole)) = only_entry(&value) {
        let text = whole.as_str().ok_or_else(|| format!("`{CANONICAL}` is a text"))?;
        return Ok(text.as_bytes().to_vec());
    }
    Ok(canonical_json(&join(value)?))
}

/// A value as an indented file.
pub(super) fn pretty<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // What is written here holds only strings for keys, and so is representable.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn only_entry(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(key, value)| (key.as_str(), value))
}

/// Whether a key is one of ours with any number of `$` before it.
fn is_ours(key: &str) -> bool {
    let name = key.trim_start_matches('$');
    name.len() < key.len() && (name == "lines" || name == "canonical")
}

fn spread(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\n') => {
            let lines: Vec<_> = text.split('\n').collect();
            json!({ LINES: lines })
        }
        Value::Array(items) => items.into_iter().map(spread).collect(),
        Value::Object(object) => {
            let alone = object.len() == 1;
            let entries = object.into_iter().map(|(key, value)| {
                let key = if alone && is_ours(&key) { format!("${key}") } else { key };
                (key, spread(value))
            });
            Value::Object(entries.collect())
        }
        other => other,
    }
}

fn join(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => items.into_iter().map(join).collect::<Result<_, _>>(),
        Value::Object(object) if object.len() == 1 => {
            let mut joined = Map::new();
            for (key, value) in object {
                if key == LINES {
                    return lines(&value);
                }
                let key = if is_ours(&key) { key[1..].to_owned() } else { key };
                joined.insert(key, join(value)?);
            }
            Ok(Value::Object(joined))
        }
        Value::Object(object) => {
            let entries = object.into_iter().map(|(key, value)| Ok((key, join(value)?)));
            entries.collect::<Result<Map<_, _>, String>>().map(Value::Object)
        }
        other => Ok(other),
    }
}

fn lines(value: &Value) -> Result<Value, String> {
    let texts: Option<Vec<_>> =
        value.as_array().map(|lines| lines.iter().map(Value::as_str)).and_then(Iterator::collect);
    let texts = texts.ok_or_else(|| format!("`{LINES}` is a list of texts"))?;
    Ok(Value::String(texts.join("\n")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["[a-z\n$\"]{0,6}", Just("$lines".to_owned()), Just("é\r\n".into())];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e6..1e6).prop_map(|n: f64| json!(n)),
            text.clone().prop_map(Value::from),
        ];
        let key = prop_oneof!["[$]{0,3}lines", "[$]{0,3}canonical", "[a-z$]{0,3}"];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(key.clone(), inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_document_comes_back_to_the_byte(value in value()) {
            let canonical = canonical_json(&value);
            prop_assert_eq!(decode(&encode(&canonical)), Ok(canonical));
        }
    }

    #[test]
    fn texts_are_written_line_by_line() {
        let canonical = canonical_json(&json!({"body": "One.\n\nTwo.\n", "title": "T"}));
        let written = String::from_utf8(encode(&canonical)).unwrap();
        assert!(written.contains("\"One.\",\n"), "{written}");
        assert!(written.contains("\"Two.\",\n"), "{written}");
        assert_eq!(decode(written.as_bytes()), Ok(canonical));
    }

    #[test]
    fn what_is_no_json_of_the_usual_form_is_kept_whole() {
        for odd in ["{\"a\": 1}", "{\"b\":1,\"a\":2}", "not JSON"] {
            assert_eq!(decode(&encode(odd.as_bytes())).unwrap(), odd.as_bytes());
        }
    }

    #[test]
    fn files_that_hold_something_else_are_refused() {
        for bad in
            ["", "{", r#"{"$lines": "a"}"#, r#"{"x": {"$lines": [1]}}"#, r#"{"$canonical": 1}"#]
        {
            assert!(decode(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
