//! JSON values that know their places.

use super::diagnostic::{Kind, Problem};
use super::source::Place;
use crate::kernel::op::shortened;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::ops::Range;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where it is written.
    pub place: Place,
    /// What is written.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(Box<str>),
    /// A string.
    String(Box<str>),
    /// A list.
    List(Vec<Node>),
    /// An object, its keys in order.
    Object(Vec<(Key, Node)>),
    /// Something that cannot be read, and of which that has been said. It reads as the simplest value that is asked for.
    Lost,
}

/// A key and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it is written.
    pub place: Place,
    /// What is written.
    pub name: String,
}

impl Node {
    /// The fields of an object; none of anything else.
    pub fn fields(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Object(fields) => fields,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.field(key).map(|(_, value)| value)
    }

    /// The value of a key of an object, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Value::Object(fields) = &mut self.value else { return None };
        fields.iter_mut().find(|(name, _)| name.name == key).map(|(_, value)| value)
    }

    /// The items of a list, to be changed; none of anything else.
    pub fn items_mut(&mut self) -> &mut [Self] {
        match &mut self.value {
            Value::List(items) => items,
            _ => &mut [],
        }
    }

    /// A field of an object.
    pub fn field(&self, key: &str) -> Option<&(Key, Self)> {
        self.fields().iter().find(|(name, _)| name.name == key)
    }

    /// All fields of an object by their keys, to look up many.
    pub fn by_key(&self) -> HashMap<&str, &(Key, Self)> {
        self.fields().iter().map(|field| (field.0.name.as_str(), field)).collect()
    }

    /// What a string says.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The values inside: of an object or a list.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        let (fields, items) = (self.fields(), self.items());
        fields.iter().map(|(_, value)| value).chain(items)
    }

    /// The place of the value at a path of keys, or of the last that is there.
    pub fn place_of(&self, path: &[&str]) -> Place {
        match path.split_first().and_then(|(key, rest)| Some((self.get(key)?, rest))) {
            Some((node, rest)) => node.place_of(rest),
            None => self.place.clone(),
        }
    }

    /// The place of a key, or of the object if it has no such key.
    pub fn place_of_key(&self, key: &str) -> Place {
        self.field(key).map_or_else(|| self.place.first_byte(), |(key, _)| key.place.clone())
    }

    /// The place of a part of a string. A string with escapes is longer than what it says, and marked whole.
    pub fn inside(&self, part: Range<usize>) -> Place {
        let Value::String(text) = &self.value else { return self.place.clone() };
        self.place.part_of(text.len(), part)
    }

    /// The same without places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null | Value::Lost => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => serde_json::from_str(text).unwrap_or(Json::Null),
            Value::String(text) => Json::String(text.as_ref().to_owned()),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Object(fields) => {
                Json::Object(fields.iter().map(|(key, value)| (key.name.clone(), value.to_json())).collect())
            }
        }
    }

    /// The problem of finding this where something else is needed.
    pub fn wrong(&self, expected: &str) -> Problem {
        let found = match &self.value {
            Value::Null | Value::Lost => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => format!("the number {}", shortened(text)),
            Value::String(text) => format!("the string \"{}\"", shortened(text)),
            Value::List(_) => "a list".into(),
            Value::Object(_) => "an object".into(),
        };
        Problem::at(self.place.clone(), Kind::WrongType { found, expected: expected.into() })
    }
}
