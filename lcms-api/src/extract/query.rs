//! How many and which: query parameters.
//!
//! axum's extractor cannot read a parameter that is given several times (`?kind=topic&kind=asset`),
//! so this reads the pairs itself. A parameter that is unknown, or given twice where one value is
//! meant, is refused by name: a misspelt filter must not quietly find everything.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use url::form_urlencoded;

use crate::problem::{Problem, ProblemKind};

/// Query parameters as a typed value.
#[derive(Debug)]
pub(crate) struct UrlQuery<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for UrlQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let taken = parts.extensions.get::<Taken>().map_or(&[][..], |taken| taken.0);
        read(parts.uri.query().unwrap_or_default(), |name| !taken.contains(&name)).map(Self)
    }
}

/// Parameters that an earlier extractor of the same request has read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken(pub &'static [&'static str]);

/// Reads the parameters that are wanted; the others are somebody else's.
pub(crate) fn read<T: DeserializeOwned>(
    query: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<T, Problem> {
    parameters(query, wanted).map_err(|detail| {
        Problem::new(ProblemKind::BadParameter, detail)
            .hint("the API's documentation lists the parameters of this address")
    })
}

fn parameters<T: DeserializeOwned>(
    query: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<T, String> {
    let mut given: Vec<(String, Values)> = Vec::new();
    let pairs = form_urlencoded::parse(query.as_bytes());
    for (name, value) in pairs.filter(|(name, _)| wanted(name)) {
        match given.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.0.push(value.into_owned()),
            None => given.push((name.into_owned(), Values(vec![value.into_owned()]))),
        }
    }
    let parameters = MapDeserializer::<_, Error>::new(given.into_iter());
    serde_path_to_error::deserialize(parameters)
        .map_err(|error| format!("query parameter `{}`: {}", error.path(), error.inner()))
}

/// Every value of one parameter.
struct Values(Vec<String>);

impl<'de> IntoDeserializer<'de, Error> for Values {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Values {
    fn single(mut self) -> Result<String, Error> {
        match (self.0.pop(), self.0.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => Err(Error::custom("it is given more than once")),
        }
    }

    fn parsed<T: std::str::FromStr>(self, expected: &str) -> Result<T, Error> {
        let value = self.single()?;
        value.parse().map_err(|_| Error::custom(format!("`{value}` is not {expected}")))
    }
}

macro_rules! numbers {
    ($($method:ident: $visit:ident),+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.parsed("a whole number in range")?)
        })+
    };
}

impl<'de> Deserializer<'de> for Values {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.single()?)
    }

    numbers! {
        deserialize_u8: visit_u8, deserialize_u16: visit_u16, deserialize_u32: visit_u32,
        deserialize_u64: visit_u64, deserialize_i32: visit_i32, deserialize_i64: visit_i64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parsed("`true` or `false`")?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter().map(|v| Self(vec![v]))))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.single()?.into_deserializer())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// How many things are wanted on a page: 1 to `MOST`, by default `USUAL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit<const USUAL: u64, const MOST: u64>(pub u64);

impl<const USUAL: u64, const MOST: u64> Default for Limit<USUAL, MOST> {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl<'de, const USUAL: u64, const MOST: u64> Deserialize<'de> for Limit<USUAL, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let limit = u64::deserialize(deserializer)?;
        if (1..=MOST).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(D::Error::custom(format!("it must be between 1 and {MOST}, not {limit}")))
        }
    }
}

impl<const USUAL: u64, const MOST: u64> fmt::Display for Limit<USUAL, MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use lcms_core::model::Kind;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, default)]
    struct Parameters {
        q: Option<String>,
        kind: Vec<Kind>,
        deleted: bool,
        limit: Limit<20, 100>,
        after: i64,
    }

    #[test]
    fn parameters_are_read_into_their_types() {
        let found: Parameters = parameters(
            "q=a%20b+c&kind=topic&kind=web_package&deleted=true&limit=7&after=-1",
            |_| true,
        )
        .unwrap();
        let expected = Parameters {
            q: Some("a b c".to_owned()),
            kind: vec![Kind::Topic, Kind::WebPackage],
            deleted: true,
            limit: Limit(7),
            after: -1,
        };
        assert_eq!(found, expected);
        assert_eq!(parameters::<Parameters>("", |_| true).unwrap().limit, Limit(20));
    }

    #[test]
    fn what_is_somebody_elses_is_left_alone() {
        let found: Parameters = parameters("branch=x&limit=7", |name| name != "branch").unwrap();
        assert_eq!(found.limit, Limit(7));
    }

    #[test]
    fn bad_parameters_are_refused_by_name() {
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=many", "limit"),
            ("deleted=1", "deleted"),
            ("kind=banana", "kind"),
            ("q=a&q=b", "q"),
            ("querry=a", "querry"),
        ] {
            let error = parameters::<Parameters>(query, |_| true).unwrap_err();
            assert!(error.contains(&format!("`{name}")), "{query}: {error}");
        }
    }
}
