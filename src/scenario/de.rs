//! serde reading nodes: an error of a value is an error at its place.
//!
//! Besides what serde asks of every format, this one lets an enum's variant be chosen by the key that an object has
//! ([`KEYED`]), and lets the keys that a struct does not know be those of an enum whose variant one key names
//! ([`TAGGED`]). Numbers may be strings.

use super::diagnostic::{Kind, Problem, nearest, one_of, owned};
use super::node::{Key, Node, Value};
use super::source::Place;
use crate::kernel::Expr;
use crate::kernel::op::expr::{self, parse_number};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, Visitor};

/// The name of an enum of which an object's keys choose the variant: the one that is named as one of them.
pub const KEYED: &str = "$keyed";

/// The name of a struct's field that holds an enum: `op` names its variant, and the fields that the struct does not know
/// are its fields.
pub const TAGGED: &str = "$op";

/// The key that names the variant of a [`TAGGED`] enum.
pub const TAG: &str = "op";

impl Node {
    /// Reads a value of some type.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, and where.
    pub fn read<T: for<'de> de::Deserialize<'de>>(&self) -> Result<T, Problem> {
        T::deserialize(self)
    }

    fn number(&self) -> Result<Number, Problem> {
        match &self.value {
            Value::Number(text) => match (text.parse::<u64>(), text.parse::<i64>()) {
                (Ok(value), _) => Ok(Number::Natural(value)),
                (_, Ok(value)) => Ok(Number::Negative(value)),
                _ if text.contains(['.', 'e', 'E']) => {
                    Err(Problem::other(self.place.clone(), format!("{text} is not a whole number")))
                }
                // What is no number of JSON has been told already, and is read as what it would be in a string.
                _ => match parse_number(text.trim_start_matches('+')) {
                    Ok(value) => Ok(Number::Natural(value)),
                    Err(what) => Err(Problem::other(self.place.clone(), what)),
                },
            },
            Value::String(text) => {
                let number = parse_number(text).map(Number::Natural);
                number.map_err(|what| Problem::other(self.place.clone(), what))
            }
            Value::Lost => Ok(Number::Natural(0)),
            _ => Err(self.wrong("a number, like 64 or \"0x40\"")),
        }
    }

    /// Reads as what the type asks for; `otherwise` says what is needed.
    fn give<'de, V: Visitor<'de>>(&self, visitor: V, shape: Shape) -> Result<V::Value, Problem> {
        let read = match (&self.value, shape) {
            (Value::Object(fields), Shape::Object) => visitor.visit_map(Fields::new(fields.iter().collect())),
            (Value::List(items), Shape::List) => visitor.visit_seq(Items(items.iter())),
            (Value::String(text), Shape::Text) => visitor.visit_str(text),
            (Value::Bool(value), Shape::Truth) => visitor.visit_bool(*value),
            (Value::Lost, Shape::Object) => visitor.visit_map(Fields::new(vec![])),
            (Value::Lost, Shape::List) => visitor.visit_seq(Items([].iter())),
            (Value::Lost, Shape::Text) => visitor.visit_str(""),
            (Value::Lost, Shape::Truth) => visitor.visit_bool(false),
            (_, Shape::Object) => return Err(self.wrong("an object")),
            (_, Shape::List) => return Err(self.wrong("a list")),
            (_, Shape::Text) => return Err(self.wrong("a string")),
            (_, Shape::Truth) => return Err(self.wrong("true or false")),
        };
        read.map_err(|problem| problem.or_at(&self.place))
    }

    fn give_number<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Problem> {
        let given = match self.number()? {
            Number::Natural(value) => visitor.visit_u64(value),
            Number::Negative(value) => visitor.visit_i64(value),
        };
        given.map_err(|problem: Problem| problem.or_at(&self.place))
    }

    /// Reads one variant of an enum, chosen by which of their names is a key of this object.
    fn give_keyed<'de, V: Visitor<'de>>(
        &self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let Value::Object(fields) = &self.value else { return Err(self.wrong("an object")) };
        let mut keys = fields.iter().map(|(key, _)| key).filter(|key| names.contains(&key.name.as_str()));
        match (keys.next(), keys.next()) {
            (Some(key), None) => {
                let name: StrDeserializer<'_, Problem> = key.name.as_str().into_deserializer();
                visitor.visit_enum(Variant { name, content: self })
            }
            (Some(first), Some(second)) => {
                let what = format!("\"{}\" cannot stand beside \"{}\"", second.name, first.name);
                Err(Problem::advice(second.place.clone(), what, "give it an item of its own"))
            }
            (None, _) => {
                // A key that is nearly one of them is what the author meant.
                let known = owned(names);
                let near = fields.iter().find(|(key, _)| nearest(&key.name, &known).is_some());
                Err(match near {
                    Some((key, _)) => {
                        let kind = Kind::UnknownKey { key: key.name.clone(), known };
                        Problem::at(key.place.clone(), kind)
                    }
                    None => {
                        let kind = Kind::MissingKey { keys: known };
                        Problem::at(self.place.first_byte(), kind)
                    }
                })
            }
        }
    }
}

enum Number {
    Natural(u64),
    Negative(i64),
}

#[derive(Clone, Copy)]
enum Shape {
    Object,
    List,
    Text,
    Truth,
}

impl<'de> Deserializer<'de> for &Node {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Null => visitor.visit_unit().map_err(|problem: Problem| problem.or_at(&self.place)),
            Value::Bool(_) => self.give(visitor, Shape::Truth),
            Value::Number(_) | Value::Lost => self.give_number(visitor),
            Value::String(_) => self.give(visitor, Shape::Text),
            Value::List(_) => self.give(visitor, Shape::List),
            Value::Object(_) => self.give(visitor, Shape::Object),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match &self.value {
            Value::Lost => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give_number(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give_number(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give_number(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give(visitor, Shape::Truth)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give(visitor, Shape::Text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give(visitor, Shape::Text)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give(visitor, Shape::List)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.give(visitor, Shape::Object)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        if fields.contains(&TAGGED) {
            let read = visitor.visit_map(Tagging::new(self, fields));
            read.map_err(|problem| problem.or_at(&self.place))
        } else {
            self.give(visitor, Shape::Object)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        if name == KEYED {
            return self.give_keyed(variants, visitor);
        }
        let word = match &self.value {
            Value::String(word) => word,
            Value::Lost => variants[0],
            _ => return Err(self.wrong(&one_of(&owned(variants)))),
        };
        let word: StrDeserializer<'_, Problem> = word.into_deserializer();
        visitor.visit_enum(word).map_err(|problem| problem.or_at(&self.place))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        // What is wrong in an expression is marked in it.
        if name == expr::NAME
            && let Value::String(text) = &self.value
            && let Err(error) = Expr::parse(text)
        {
            return Err(Problem::other(self.inside(error.range), error.what));
        }
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(node).map(Some).map_err(|problem| problem.or_at(&node.place))
    }
}

struct Fields<'a> {
    fields: std::vec::IntoIter<&'a (Key, Node)>,
    value: Option<&'a Node>,
}

impl<'a> Fields<'a> {
    fn new(fields: Vec<&'a (Key, Node)>) -> Self {
        Self { fields: fields.into_iter(), value: None }
    }
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StrDeserializer<'_, Problem> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|problem| problem.or_at(&key.place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let value = self.value.take().expect("a value is read after its key");
        seed.deserialize(value).map_err(|problem| problem.or_at(&value.place))
    }
}

/// One variant of a [`KEYED`] enum, whose content is the whole object.
struct Variant<'a> {
    name: StrDeserializer<'a, Problem>,
    content: &'a Node,
}

impl<'de, 'a> de::EnumAccess<'de> for Variant<'a> {
    type Error = Problem;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Problem> {
        let Value::Object(fields) = &self.content.value else { return Err(self.content.wrong("an object")) };
        let content =
            Content { place: &self.content.place, node: Some(self.content), fields: fields.iter().collect() };
        Ok((seed.deserialize(self.name)?, content))
    }
}

/// A struct with a [`TAGGED`] field: the fields that it knows, and then all others as that field.
struct Tagging<'a> {
    node: &'a Node,
    known: Fields<'a>,
    names: &'static [&'static str],
    others: Option<Vec<&'a (Key, Node)>>,
}

impl<'a> Tagging<'a> {
    fn new(node: &'a Node, names: &'static [&'static str]) -> Self {
        let (known, others) = node.fields().iter().partition(|(key, _)| names.contains(&key.name.as_str()));
        Self { node, known: Fields::new(known), names, others: Some(others) }
    }
}

impl<'de> de::MapAccess<'de> for Tagging<'_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        if self.known.fields.len() > 0 {
            return self.known.next_key_seed(seed);
        }
        match self.others {
            Some(_) => seed.deserialize(BorrowedStrDeserializer::new(TAGGED)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        if self.known.value.is_some() {
            return self.known.next_value_seed(seed);
        }
        let (tag, rest): (Vec<_>, Vec<_>) =
            self.others.take().unwrap_or_default().into_iter().partition(|(key, _)| key.name == TAG);
        let Some((_, tag)) = tag.first() else {
            let kind = Kind::MissingKey { keys: vec![TAG.into()] };
            return Err(Problem::at(self.node.place.first_byte(), kind));
        };
        let content = Content { place: &self.node.place, node: None, fields: rest };
        seed.deserialize(Tagged { tag, content }).map_err(|mut problem| {
            if let Kind::UnknownKey { known, .. } = &mut problem.kind {
                let common = self.names.iter().filter(|name| **name != TAGGED);
                known.extend(common.map(|name| (*name).to_owned()));
            }
            problem
        })
    }
}

/// An enum whose variant is named by one field of an object and whose content is the others: `{ "op": "load", … }`.
struct Tagged<'a> {
    tag: &'a Node,
    content: Content<'a>,
}

impl<'de> Deserializer<'de> for Tagged<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, 'a> de::EnumAccess<'de> for Tagged<'a> {
    type Error = Problem;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Problem> {
        let Value::String(word) = &self.tag.value else {
            return Err(self.tag.wrong("the name of an operation, like \"load\""));
        };
        let word: StrDeserializer<'_, Problem> = word.as_ref().into_deserializer();
        let variant = seed.deserialize(word).map_err(|problem| problem.or_at(&self.tag.place))?;
        Ok((variant, self.content))
    }
}

/// The content of a variant: an object, or some fields of one.
struct Content<'a> {
    place: &'a Place,
    node: Option<&'a Node>,
    fields: Vec<&'a (Key, Node)>,
}

impl<'de> Deserializer<'de> for Content<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_map(Fields::new(self.fields)).map_err(|problem| problem.or_at(self.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.node {
            Some(node) => node.deserialize_struct(name, fields, visitor),
            None => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de> de::VariantAccess<'de> for Content<'_> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        de::Deserialize::deserialize(self)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Problem> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_any(visitor)
    }
}
