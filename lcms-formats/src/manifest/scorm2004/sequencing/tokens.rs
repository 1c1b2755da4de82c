//! Words of the standard as values.

/// An enumeration whose values are the standard's own words.
macro_rules! tokens {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $token:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$each])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word that stands in the manifest.
            pub const fn token(self) -> &'static str {
                match self { $(Self::$variant => $token,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = super::tokens::UnknownToken;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|value| value.token() == text);
                found.ok_or(super::tokens::UnknownToken)
            }
        }
    };
}

/// A text that is none of a standard's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the standard knows no such word")]
pub struct UnknownToken;

pub(super) use tokens;
