//! A schema as a JSON Schema document (2020-12), for editors and programs that know those.

use serde_json::{Map, Value, json};

use super::{FieldRule, MetadataSchema, ValueType};
use crate::model::field::FieldName;
use crate::model::state::State;

impl MetadataSchema {
    /// The JSON Schema that a metadata document keeps when its component stands in `state`. Who
    /// looks after a component is no part of the document, and so of no JSON Schema.
    #[must_use]
    pub fn to_json_schema(&self, state: State) -> Value {
        let (mut top, mut custom) = (Members::default(), Members::default());
        for rule in self.fields.iter().filter(|rule| !rule.field.is_care()) {
            let required = rule.required_from.is_some_and(|from| from <= state);
            match &rule.field {
                FieldName::Custom(name) => custom.add(name, of_field(rule), required),
                field => top.add(&field.to_string(), of_field(rule), required),
            }
        }
        if !custom.properties.is_empty() {
            let required = !custom.required.is_empty();
            top.add("custom", custom.into_schema(), required);
        }
        let mut schema = top.into_schema();
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema
    }
}

#[derive(Default)]
struct Members {
    properties: Map<String, Value>,
    required: Vec<String>,
}

impl Members {
    fn add(&mut self, name: &str, schema: Value, required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.to_owned());
        }
    }

    fn into_schema(self) -> Value {
        json!({"type": "object", "properties": self.properties, "required": self.required})
    }
}

fn of_field(rule: &FieldRule) -> Value {
    let mut value = Map::new();
    let is_number = rule.field == FieldName::DurationMinutes;
    value.insert("type".to_owned(), json!(if is_number { "integer" } else { "string" }));
    match rule.value_type {
        ValueType::Date => drop(value.insert("format".to_owned(), json!("date"))),
        ValueType::Url => drop(value.insert("format".to_owned(), json!("uri"))),
        // A number in a text: JSON Schema knows no format for it.
        ValueType::Number if !is_number => {
            value.insert("pattern".to_owned(), json!(r"^[+-]?[0-9]+(\.[0-9]+)?$"));
        }
        ValueType::Number | ValueType::Text => {}
    }
    if !rule.allowed.is_empty() && !is_number {
        value.insert("enum".to_owned(), json!(rule.allowed));
    }
    if let Some(pattern) = rule.pattern.as_ref().filter(|_| !is_number) {
        value.insert("pattern".to_owned(), json!(format!("^(?:{pattern})$")));
    }
    let mut schema = if rule.field.is_list() {
        json!({"type": "array", "items": value, "uniqueItems": true})
    } else {
        Value::Object(value)
    };
    if rule.field.is_list() && rule.required_from.is_some() {
        schema["minItems"] = json!(1);
    }
    if !rule.help.is_empty() {
        schema["description"] = json!(rule.help);
    }
    match rule.default.as_slice() {
        [] => {}
        values if rule.field.is_list() => schema["default"] = json!(values),
        [first, ..] => {
            schema["default"] = match first.parse::<u32>() {
                Ok(number) if is_number => json!(number),
                _ => json!(first),
            };
        }
    }
    schema
}
