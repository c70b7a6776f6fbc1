//! A question to the reader: by itself, or with answers to choose from.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The fewest and the most answers to choose from.
pub const ANSWERS: (usize, usize) = (2, 6);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What is asked.
    pub question: String,
    /// What can be chosen; nothing, if the reader is only to think about it.
    pub answers: Vec<Answer>,
}

/// A question with answers to choose from.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// What is asked.
    #[schemars(example = &"How many frames does fork copy?")]
    question: String,
    /// What can be chosen, called a, b, c … One of them is right at least.
    #[schemars(length(min = 2, max = 6))]
    #[schemars(example = &serde_json::json!([
        { "text": "None", "right": true, "why": "All are shared until somebody writes." },
        { "text": "All", "why": "That is what a copying fork does." },
    ]))]
    answers: Vec<Answer>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What it says.
    #[schemars(example = &"None")]
    pub text: String,
    /// Whether it is right.
    #[serde(default)]
    #[schemars(example = true)]
    pub right: bool,
    /// Why it is right, or why not.
    #[schemars(example = &"All are shared until somebody writes.")]
    pub why: String,
}

impl Ask {
    /// The answers, each with the letter that chooses it.
    pub fn lettered(&self) -> impl Iterator<Item = (char, &Answer)> {
        ('a'..='z').zip(&self.answers)
    }
}

impl JsonSchema for Ask {
    fn schema_name() -> Cow<'static, str> {
        "Ask".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<Choice>()] })
    }
}

impl<'de> Deserialize<'de> for Ask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AskVisitor)
    }
}

struct AskVisitor;

impl<'de> Visitor<'de> for AskVisitor {
    type Value = Ask;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a question, or an object with \"question\" and \"answers\"")
    }

    fn visit_str<E: de::Error>(self, question: &str) -> Result<Ask, E> {
        Ok(Ask { question: question.to_owned(), answers: vec![] })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Ask, A::Error> {
        let Choice { question, answers } = Choice::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Ask { question, answers })
    }
}
