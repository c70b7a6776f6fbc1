//! Numbers as an author writes them: `4104`, `"0x1008"`, `"12K"`, and sums of names and numbers like
//! `"heap + 2*page + 8"`. An expression is evaluated when its operation is carried out, for the process that carries
//! it out.

use crate::kernel::PAGE;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The name by which [`Expr`] asks to be deserialized, so that a reader can find out where in it a mistake is.
pub const NAME: &str = "Expr";

/// What strings that are numbers look like, as a regular expression.
pub const NUMBER_PATTERN: &str = "^(0x[0-9A-Fa-f_]+|0b[01_]+|[0-9][0-9_]*)[KMG]?$";

/// How many operators of a kind may stand in a row.
pub const MAX_OPERATORS: usize = 64;

/// How deep parentheses may nest.
pub const MAX_DEPTH: usize = 32;

/// A number of bytes: a number, or a string with a suffix `K`, `M` or `G`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    /// How many whole pages hold so many bytes.
    pub fn pages(self) -> u64 {
        self.0.div_ceil(PAGE)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 20) => {
                serializer.collect_str(&format_args!("{}M", bytes >> 20))
            }
            bytes if bytes > 0 && bytes.is_multiple_of(1 << 10) => {
                serializer.collect_str(&format_args!("{}K", bytes >> 10))
            }
            bytes => serializer.serialize_u64(bytes),
        }
    }
}

/// An expression: numbers, names, `+`, `-`, `*` and parentheses. Arithmetic wraps at 64 bits. Clones share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// As the author wrote it.
    pub text: Arc<str>,
    tree: Tree,
}

/// A scenario may have very many that are just numbers: these take no more than this.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Number(u64),
    /// With the place where it begins.
    Name(Arc<(String, usize)>),
    Operation(Arc<(Tree, char, Tree)>),
}

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong.
    pub what: String,
}

/// A name in an expression that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// Where it stands, in bytes of the text.
    pub range: Range<usize>,
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Expr {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// What is wrong and where in the text.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let mut parser = Parser { text, at: 0, depth: 0, operators: 0 };
        let tree = parser.sum()?;
        parser.skip_spaces();
        match parser.peek() {
            None => Ok(Self { text: text.into(), tree }),
            Some(c) => Err(parser.unexpected(c)),
        }
    }

    /// The expression that is just a number.
    pub fn number(value: u64) -> Self {
        Self { text: format!("{value:#x}").into(), tree: Tree::Number(value) }
    }

    /// The number, if it is just one.
    pub fn as_number(&self) -> Option<u64> {
        match self.tree {
            Tree::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Its value, names looked up with `lookup`.
    ///
    /// # Errors
    ///
    /// The first name that `lookup` does not know.
    pub fn eval(&self, lookup: &dyn Fn(&str) -> Option<u64>) -> Result<u64, UnknownName> {
        self.tree.eval(lookup)
    }

    /// The names in it, from left to right.
    pub fn names(&self) -> Vec<&str> {
        let mut names = vec![];
        self.tree.collect_names(&mut names);
        names
    }
}

impl Tree {
    fn collect_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Name(name) => names.push(&name.0),
            Self::Operation(operation) => {
                operation.0.collect_names(names);
                operation.2.collect_names(names);
            }
        }
    }

    fn eval(&self, lookup: &dyn Fn(&str) -> Option<u64>) -> Result<u64, UnknownName> {
        Ok(match self {
            Self::Number(value) => *value,
            Self::Name(name) => {
                let (name, at) = &**name;
                lookup(name).ok_or_else(|| UnknownName { name: name.clone(), range: *at..at + name.len() })?
            }
            Self::Operation(operation) => {
                let (left, operator, right) = &**operation;
                let (left, right) = (left.eval(lookup)?, right.eval(lookup)?);
                match operator {
                    '+' => left.wrapping_add(right),
                    '-' => left.wrapping_sub(right),
                    _ => left.wrapping_mul(right),
                }
            }
        })
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    operators: usize,
}

impl Parser<'_> {
    fn sum(&mut self) -> Result<Tree, ExprError> {
        let left = self.product()?;
        self.chain(left, "+-", Self::product)
    }

    fn product(&mut self) -> Result<Tree, ExprError> {
        let left = self.atom()?;
        self.chain(left, "*", Self::atom)
    }

    fn chain(
        &mut self,
        mut left: Tree,
        operators: &str,
        operand: fn(&mut Self) -> Result<Tree, ExprError>,
    ) -> Result<Tree, ExprError> {
        loop {
            self.skip_spaces();
            let Some(operator) = self.peek().filter(|c| operators.contains(*c)) else { return Ok(left) };
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                return Err(self.error("the expression is too long".into()));
            }
            self.at += 1;
            let right = operand(self)?;
            left = Tree::Operation(Arc::new((left, operator, right)));
        }
    }

    fn atom(&mut self) -> Result<Tree, ExprError> {
        self.skip_spaces();
        match self.peek() {
            Some('(') => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(self.error("parentheses are nested too deeply".into()));
                }
                self.at += 1;
                let inner = self.sum()?;
                self.skip_spaces();
                if self.peek() != Some(')') {
                    return Err(self.error("a ')' is missing here".into()));
                }
                self.at += 1;
                self.depth -= 1;
                Ok(inner)
            }
            Some('-') => {
                self.at += 1;
                let inner = self.atom_after_sign()?;
                Ok(Tree::Operation(Arc::new((Tree::Number(0), '-', inner))))
            }
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let at = self.at;
                let word = self.take(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
                let word = word.to_owned();
                Ok(Tree::Name(Arc::new((word, at))))
            }
            Some(c) => Err(self.unexpected(c)),
            None => Err(self.error("a number or a name is missing here".into())),
        }
    }

    fn atom_after_sign(&mut self) -> Result<Tree, ExprError> {
        self.skip_spaces();
        if self.peek() == Some('-') {
            return Err(self.unexpected('-'));
        }
        self.atom()
    }

    fn number(&mut self) -> Result<Tree, ExprError> {
        let start = self.at;
        let word = self.take(|c| c.is_ascii_alphanumeric() || c == '_');
        let range = start..start + word.len();
        parse_number(word).map(Tree::Number).map_err(|what| ExprError { range, what })
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip_spaces(&mut self) {
        self.take(|c| c == ' ');
    }

    fn unexpected(&self, c: char) -> ExprError {
        let c = c.escape_default();
        self.error(format!(
            "'{c}' is not expected here: expressions have numbers, names, +, -, * and parentheses"
        ))
    }

    fn error(&self, what: String) -> ExprError {
        let found = self.peek().map_or(0, char::len_utf8);
        ExprError { range: self.at..self.at + found, what }
    }
}

/// Reads `4104`, `0x1008`, `0b101`, `12K`, `1_000`.
///
/// # Errors
///
/// A sentence about what the text is instead.
pub fn parse_number(text: &str) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (digits, unit) = match digits.char_indices().next_back() {
        Some((at, 'K')) => (&digits[..at], 1 << 10),
        Some((at, 'M')) => (&digits[..at], 1 << 20),
        Some((at, 'G')) => (&digits[..at], 1 << 30),
        _ => (&digits[..], 1),
    };
    let parsed = if let Some(hex) = digits.strip_prefix("0x") {
        u64::from_str_radix(hex, 16)
    } else if let Some(binary) = digits.strip_prefix("0b") {
        u64::from_str_radix(binary, 2)
    } else {
        digits.parse()
    };
    let shown = shortened(text);
    match parsed {
        Ok(value) => {
            u64::checked_mul(value, unit).ok_or_else(|| format!("{shown} does not fit into 64 bits"))
        }
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
            Err(format!("{shown} does not fit into 64 bits"))
        }
        Err(_) => Err(match meant(text) {
            Some(meant) => format!("\"{shown}\" is not a number; write {meant}"),
            None => format!("\"{shown}\" is not a number; write 4104, 0x1008 or 12K"),
        }),
    }
}

/// A text as a message quotes it: the beginning of a long one.
pub fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    match text.len() {
        ..=MOST => text.into(),
        _ => format!("{}…", &text[..text.floor_char_boundary(MOST)]).into(),
    }
}

/// What was meant by a number that is nearly one: units are one capital letter, prefixes are small.
fn meant(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let unit = ["kib", "mib", "gib", "kb", "mb", "gb", "k", "m", "g", "b", ""]
        .into_iter()
        .find(|unit| lower.ends_with(unit))?;
    let digits = lower[..lower.len() - unit.len()].trim_end();
    let unit = unit.trim_end_matches("ib").trim_end_matches('b').to_ascii_uppercase();
    let meant = format!("{digits}{unit}");
    (meant != text && parse_number(&meant).is_ok()).then_some(meant)
}

/// What JSON can hold where a number is meant.
enum Written<'a> {
    Number(i128),
    Text(&'a str),
}

struct NumberOr<F>(F, &'static str);

impl<'de, T, F: FnOnce(Written<'_>) -> Result<T, String>> Visitor<'de> for NumberOr<F> {
    type Value = T;

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        (self.0)(Written::Number(value.into())).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        (self.0)(Written::Number(value.into())).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(Written::Text(text)).map_err(E::custom)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "minimum": 0, "pattern": NUMBER_PATTERN })
    }
}

impl JsonSchema for Expr {
    fn schema_name() -> Cow<'static, str> {
        NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A number, or an expression of numbers, names, +, -, * and parentheses.",
            "type": ["integer", "string"],
            "pattern": "^[-A-Za-z0-9_.+*() ]+$",
        })
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |written: Written<'_>| match written {
            Written::Text(text) => parse_number(text).map(Size),
            Written::Number(value) => u64::try_from(value)
                .map(Size)
                .map_err(|_| format!("{value} is not a number of bytes: it must be 0 or more")),
        };
        deserializer.deserialize_any(NumberOr(read, "a number of bytes, like 4096 or \"12K\""))
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |written: Written<'_>| match written {
            Written::Text(text) => Expr::parse(text).map_err(|error| error.what),
            // A negative number is the one that wraps to it, as in a register.
            Written::Number(value) => {
                Ok(Expr { text: value.to_string().into(), tree: Tree::Number(value as u64) })
            }
        };
        let visitor = NumberOr(read, "a number or an expression, like 16 or \"heap + 2*page\"");
        deserializer.deserialize_newtype_struct(NAME, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<u64, String> {
        let names = |name: &str| match name {
            "heap" => Some(0x4000),
            "page" => Some(0x1000),
            _ => None,
        };
        let expr = Expr::parse(text).map_err(|e| format!("{} at {}", e.what, e.range.start))?;
        expr.eval(&names).map_err(|unknown| format!("{} at {:?}", unknown.name, unknown.range))
    }

    #[test]
    fn products_bind_closer_than_sums() {
        assert_eq!(value("heap + 2*page + 8"), Ok(0x6008));
        assert_eq!(value("(1 + 2) * 3 - 4"), Ok(5));
        assert_eq!(value("0x10 - 1 - 1"), Ok(14));
        assert_eq!(value("-8"), Ok(8u64.wrapping_neg()));
        assert_eq!(value("12K"), Ok(12288));
    }

    #[test]
    fn a_mistake_is_located() {
        assert_eq!(value("heap +"), Err("a number or a name is missing here at 6".into()));
        let told = value("heap & 1").unwrap_err();
        assert!(told.starts_with("'&' is not expected here") && told.ends_with(" at 5"), "{told}");
        assert_eq!(value("(heap"), Err("a ')' is missing here at 5".into()));
        assert!(value("1x").unwrap_err().contains("is not a number"));
        assert!(value("0x1ffffffffffffffff").unwrap_err().contains("64 bits"));
        assert!(value(&"(".repeat(100)).unwrap_err().contains("too deeply"));
        assert!(value(&"- ".repeat(100)).is_err());
    }

    #[test]
    fn an_unknown_name_is_named() {
        assert_eq!(value("8 + heep"), Err("heep at 4..8".into()));
    }

    #[test]
    fn a_number_that_is_nearly_one_is_told_what_it_could_be() {
        for (text, meant) in [("12k", "12K"), ("4KB", "4K"), ("1MiB", "1M"), ("0X10", "0x10"), ("64b", "64")]
        {
            assert!(parse_number(text).unwrap_err().ends_with(&format!("write {meant}")), "{text}");
        }
        assert!(parse_number("12Q").unwrap_err().ends_with("write 4104, 0x1008 or 12K"));
    }
}
