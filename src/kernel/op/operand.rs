//! What the keys of an operation can hold besides expressions: widths, counts, lists of pages, protections.

use super::expr::{Expr, NUMBER_PATTERN};
use crate::hw::Flags;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer};
use std::borrow::Cow;

/// How many bytes an access has: 1, 2, 4 or 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(pub u64);

impl Default for Width {
    fn default() -> Self {
        Self(8)
    }
}

impl Width {
    /// That of an instruction.
    pub(in crate::kernel) fn instruction() -> Self {
        Self(crate::hw::INSTRUCTION_BYTES)
    }
}

impl JsonSchema for Width {
    fn schema_name() -> Cow<'static, str> {
        "Width".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "enum": [1, 2, 4, 8] }, { "type": "string", "pattern": NUMBER_PATTERN }],
        })
    }
}

impl<'de> Deserialize<'de> for Width {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            width @ (1 | 2 | 4 | 8) => Ok(Self(width)),
            other => Err(de::Error::custom(format!("an access of {other} bytes: it can be 1, 2, 4 or 8"))),
        }
    }
}

/// The most times that one operation may do something.
pub const MAX_TIMES: u64 = 10_000;

/// How often: 1 to [`MAX_TIMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times(pub u64);

impl Default for Times {
    fn default() -> Self {
        Self(1)
    }
}

impl JsonSchema for Times {
    fn schema_name() -> Cow<'static, str> {
        "Times".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"], "minimum": 1, "maximum": MAX_TIMES, "pattern": NUMBER_PATTERN,
        })
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            times @ 1..=MAX_TIMES => Ok(Self(times)),
            other => Err(de::Error::custom(format!("{other} times: it can be 1 to {MAX_TIMES}"))),
        }
    }
}

/// The pages of a reference string: at least one, because an operation without an access has no event.
#[derive(Clone, Debug, PartialEq)]
pub struct Pages(Vec<Expr>);

impl Pages {
    /// The pages in their order; `None` if the list is empty.
    pub fn new(list: Vec<Expr>) -> Option<Self> {
        (!list.is_empty()).then_some(Self(list))
    }

    /// The pages in their order.
    pub fn list(&self) -> &[Expr] {
        &self.0
    }
}

impl JsonSchema for Pages {
    fn schema_name() -> Cow<'static, str> {
        "Pages".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<Expr>(), "minItems": 1 })
    }
}

impl<'de> Deserialize<'de> for Pages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).ok_or_else(|| {
            de::Error::custom("the list of pages is empty: write at least one page, like [ 1 ]")
        })
    }
}

/// What a mapping allows, as `"r"`, `"rw"`, `"rx"` or `"rwx"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights(pub Flags);

impl Default for Rights {
    fn default() -> Self {
        Self(Flags::R)
    }
}

impl JsonSchema for Rights {
    fn schema_name() -> Cow<'static, str> {
        "Rights".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": ["r", "rw", "rx", "rwx"] })
    }
}

impl<'de> Deserialize<'de> for Rights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match String::deserialize(deserializer)?.as_str() {
            "r" => Flags::R,
            "rw" => Flags::R | Flags::W,
            "rx" => Flags::R | Flags::X,
            "rwx" => Flags::R | Flags::W | Flags::X,
            other => {
                let what =
                    format!("\"{other}\" is not a protection: it can be \"r\", \"rw\", \"rx\" or \"rwx\"");
                return Err(de::Error::custom(what));
            }
        }))
    }
}
