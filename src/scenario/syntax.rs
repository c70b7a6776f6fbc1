//! JSON, read strictly and told leniently: where a text is not JSON, all slips that can be read over are told at once,
//! and what was meant is read on.

mod cause;

use super::diagnostic::{Kind, Problem};
use super::node::{Key, Node, Value};
use super::source::Place;
use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions, ParseStringErrorKind, common::Ranged,
};
use std::ops::Range;

/// The most bytes that a scenario may have: 4 MiB.
pub const MAX_BYTES: usize = 4 << 20;

/// The most values that a scenario may have. Each is kept with its place, in a hundred bytes or two.
pub const MAX_VALUES: usize = 500_000;

/// How deep lists and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// Tells where a range of the text is.
pub type Placer<'a> = &'a dyn Fn(Range<usize>) -> Place;

/// Reads a text as JSON. What is wrong with it goes to `problems`, in the order of the text and no more of it than is
/// told; `None` if nothing can be read, or there is more.
pub fn read(text: &str, place: Placer<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    let root = read_all(text, place, problems);
    Problem::sort(problems);
    let more = Problem::limit(problems);
    root.filter(|_| !more)
}

fn read_all(text: &str, place: Placer<'_>, problems: &mut Vec<Problem>) -> Option<Node> {
    if let Err(problem) = bounded(text, place) {
        problems.push(problem);
        return None;
    }
    let strict = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &strict());
    let parsed = match strict {
        Ok(parsed) => parsed,
        Err(first) => {
            let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
            let lenient = jsonc_parser::parse_to_ast(text, &collect, &ParseOptions::default());
            let lenient = match lenient {
                Ok(lenient) => lenient,
                Err(second) => {
                    let told = [explain(&first, text, place), explain(&second, text, place)];
                    let same = told[0].place == told[1].place;
                    problems.extend(told.into_iter().skip(usize::from(same)));
                    return None;
                }
            };
            let before = problems.len();
            slips(text, lenient.tokens.as_deref().unwrap_or_default(), place, problems);
            if problems.len() == before {
                problems.push(explain(&first, text, place));
            }
            lenient
        }
    };
    let Some(value) = parsed.value else {
        let what = "the file is empty".to_owned();
        problems.push(syntax(
            place(0..0),
            what,
            Some("begin with { \"format\": 1, \"title\": \"…\", \"steps\": [] }"),
        ));
        return None;
    };
    Some(Builder { text, place, problems }.node(value, 0))
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// Whether a text is small enough to be read.
fn bounded(text: &str, place: Placer<'_>) -> Result<(), Problem> {
    if text.len() > MAX_BYTES {
        let what = format!("the file has {} bytes: a scenario has at most {MAX_BYTES}", text.len());
        return Err(Problem::other(place(0..0), what));
    }
    // Every value but the first follows one of these. Those in strings are counted too, which is still far from the limit.
    let opens = |byte: &u8| matches!(byte, b',' | b':' | b'[' | b'{');
    let values = text.bytes().enumerate().filter(|(_, byte)| opens(byte));
    match values.map(|(at, _)| at).nth(MAX_VALUES) {
        None => Ok(()),
        Some(at) => {
            let what = format!("the file has more than {MAX_VALUES} values, and a scenario at most so many");
            Err(Problem::other(place(at..at + 1), what))
        }
    }
}

/// Makes nodes of what was parsed, and lets go of each part of it on the way: both together are twice as large.
struct Builder<'a, 'p> {
    text: &'a str,
    place: Placer<'a>,
    problems: &'p mut Vec<Problem>,
}

impl Builder<'_, '_> {
    fn place_of(&self, range: jsonc_parser::common::Range) -> Place {
        (self.place)(range.start..range.end)
    }

    fn node(&mut self, value: ast::Value<'_>, depth: usize) -> Node {
        let place = self.place_of(value.range());
        if depth == MAX_DEPTH && matches!(value, ast::Value::Array(_) | ast::Value::Object(_)) {
            let what = format!("lists and objects are nested more than {MAX_DEPTH} deep");
            self.problems.push(Problem::other(place.first_byte(), what));
            return Node { place, value: Value::Lost };
        }
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::NumberLit(literal) => Value::Number(literal.value.into()),
            ast::Value::StringLit(literal) => {
                self.raw_control_characters(&literal);
                Value::String(literal.value.as_ref().into())
            }
            ast::Value::Array(list) => {
                Value::List(list.elements.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            ast::Value::Object(object) => Value::Object(self.fields(object, depth)),
        };
        Node { place, value }
    }

    fn fields(&mut self, object: ast::Object<'_>, depth: usize) -> Vec<(Key, Node)> {
        let mut fields = Vec::with_capacity(object.properties.len());
        let mut seen = std::collections::HashSet::new();
        let first: Vec<bool> =
            object.properties.iter().map(|property| seen.insert(property.name.as_str())).collect();
        for (property, is_first) in object.properties.into_iter().zip(first) {
            let key =
                Key { place: self.place_of(property.name.range()), name: property.name.as_str().to_owned() };
            let value = self.node(property.value, depth + 1);
            match is_first {
                true => fields.push((key, value)),
                false => self.problems.push(Problem::at(key.place, Kind::DuplicateKey { key: key.name })),
            }
        }
        fields
    }

    fn raw_control_characters(&mut self, literal: &ast::StringLit<'_>) {
        let written = &self.text[literal.range.start..literal.range.end];
        if let Some(at) = written.bytes().position(|byte| byte < 0x20) {
            let what = match written.as_bytes()[at] {
                b'\n' | b'\r' => "a string that goes on in the next line".to_owned(),
                byte => format!("a control character, {byte:#04x}, in a string"),
            };
            let help = "close the string, or write \\n for a new line, \\t for a tab, \\u00… for any other";
            let at = literal.range.start + at;
            self.problems.push(syntax((self.place)(at..at + 1), what, Some(help)));
        }
    }
}

/// Everything that a lenient reader reads over.
fn slips(text: &str, tokens: &[TokenAndRange<'_>], place: Placer<'_>, problems: &mut Vec<Problem>) {
    let mut before: Option<&TokenAndRange<'_>> = None;
    for token in tokens {
        let range = token.range.start..token.range.end;
        let written = &text[range.clone()];
        if let Some(before) = before.filter(|_| !is_comment(&token.token)) {
            let comma = before.range.start..before.range.end;
            if before.token == Token::Comma && closes(&token.token) {
                problems.push(slip(place(comma), &ParseErrorKind::TrailingCommasNotAllowed));
            } else if ends_value(&before.token) && begins_value(&token.token) {
                problems.push(slip(place(comma.end..comma.end), &ParseErrorKind::ExpectedComma));
            }
        }
        let kind = match &token.token {
            Token::CommentLine(_) | Token::CommentBlock(_) => Some(ParseErrorKind::CommentsNotAllowed),
            Token::String(_) if written.starts_with('\'') => {
                Some(ParseErrorKind::SingleQuotedStringsNotAllowed)
            }
            Token::String(_) if has_extended_escape(written) => {
                Some(ParseErrorKind::String(ParseStringErrorKind::InvalidEscape))
            }
            Token::Word(_) => Some(ParseErrorKind::ExpectedStringObjectProperty),
            Token::Number(_) => number_slip(written),
            _ => None,
        };
        problems.extend(kind.map(|kind| slip(place(range), &kind)));
        if !is_comment(&token.token) {
            before = Some(token);
        }
    }
}

fn is_comment(token: &Token<'_>) -> bool {
    matches!(token, Token::CommentLine(_) | Token::CommentBlock(_))
}

fn closes(token: &Token<'_>) -> bool {
    matches!(token, Token::CloseBrace | Token::CloseBracket)
}

fn begins_value(token: &Token<'_>) -> bool {
    let punctuation = matches!(token, Token::Comma | Token::Colon) || closes(token);
    !punctuation && !is_comment(token)
}

fn ends_value(token: &Token<'_>) -> bool {
    let punctuation = matches!(token, Token::Comma | Token::Colon | Token::OpenBrace | Token::OpenBracket);
    !punctuation && !is_comment(token)
}

fn has_extended_escape(written: &str) -> bool {
    let mut characters = written.chars();
    while let Some(c) = characters.next() {
        if c == '\\' && !characters.next().is_some_and(|c| "\"\\/bfnrtu".contains(c)) {
            return true;
        }
    }
    false
}

fn number_slip(written: &str) -> Option<ParseErrorKind> {
    let digits = written.trim_start_matches(['-', '+']);
    match digits {
        _ if written.starts_with('+') => Some(ParseErrorKind::UnaryPlusNumbersNotAllowed),
        _ if digits.starts_with("0x") || digits.starts_with("0X") => {
            Some(ParseErrorKind::HexadecimalNumbersNotAllowed)
        }
        "Infinity" | "NaN" => Some(ParseErrorKind::NonFiniteNumbersNotAllowed),
        _ if digits.starts_with('.') || digits.ends_with('.') => {
            Some(ParseErrorKind::BareDecimalPointNumbersNotAllowed)
        }
        _ => None,
    }
}

fn syntax(place: Place, what: String, help: Option<&'static str>) -> Problem {
    Problem::at(place, Kind::Syntax { what, help })
}

fn slip(place: Place, kind: &ParseErrorKind) -> Problem {
    let (what, help) = words(kind);
    syntax(place, what, help)
}

/// An error that nothing can be read over.
fn explain(error: &ParseError, text: &str, place: Placer<'_>) -> Problem {
    let range = error.range();
    let (start, end) = (range.start.min(text.len()), range.end.min(text.len()));
    if let Some(cause) = cause::of(text, start..end) {
        return Problem::advice(place(cause.range), cause.what, cause.help);
    }
    // An object or a list without an end is marked where it begins.
    let opening = matches!(
        error.kind(),
        ParseErrorKind::UnterminatedObject
            | ParseErrorKind::UnterminatedArray
            | ParseErrorKind::NestingDepthExceeded
    );
    let end = if opening { text.len().min(start + 1) } else { end };
    slip(place(start..end), error.kind())
}

/// What is wrong with a text, in plain words, and what to do.
fn words(kind: &ParseErrorKind) -> (String, Option<&'static str>) {
    let (what, help) = match kind {
        ParseErrorKind::TrailingCommasNotAllowed => {
            ("a comma with nothing after it", Some("remove the comma"))
        }
        ParseErrorKind::CommentsNotAllowed => {
            ("a comment: JSON has none", Some("put the words into a \"note\", or remove them"))
        }
        ParseErrorKind::ExpectedComma => ("a comma is missing here", Some("put a ',' between the two")),
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            ("a string in single quotes", Some("use double quotes"))
        }
        ParseErrorKind::HexadecimalNumbersNotAllowed => {
            ("a hexadecimal number: JSON has none", Some("write it as a string, like \"0x4008\""))
        }
        ParseErrorKind::UnaryPlusNumbersNotAllowed => (
            "a number with a plus sign: JSON has none",
            Some("leave the '+' out; what a step adds is a string, like \"+1\""),
        ),
        ParseErrorKind::BareDecimalPointNumbersNotAllowed
        | ParseErrorKind::NonFiniteNumbersNotAllowed
        | ParseErrorKind::ExpectedDigit
        | ParseErrorKind::ExpectedDigitFollowingNegativeSign
        | ParseErrorKind::ExpectedPlusMinusOrDigitInNumberLiteral => {
            ("this is not a number of JSON", Some("write whole numbers, like 64, or strings, like \"0x40\""))
        }
        ParseErrorKind::UnterminatedObject => ("this object has no end", Some("a '}' is missing")),
        ParseErrorKind::UnterminatedArray => ("this list has no end", Some("a ']' is missing")),
        ParseErrorKind::UnterminatedCommentBlock => {
            ("a comment without an end: JSON has no comments", Some("remove it"))
        }
        ParseErrorKind::NestingDepthExceeded => {
            ("lists and objects are nested too deeply", Some("a scenario needs ten levels or so"))
        }
        ParseErrorKind::MultipleRootJsonValues => (
            "a second value: a scenario is one object",
            Some("remove what follows the first '}', or the '}' itself"),
        ),
        ParseErrorKind::ExpectedStringObjectProperty => {
            ("a key without quotes", Some("put it in double quotes"))
        }
        ParseErrorKind::ExpectedColonAfterObjectKey => {
            ("a ':' is missing after this key", Some("write \"key\": value"))
        }
        ParseErrorKind::ExpectedObjectValue => ("a value is missing here", Some("write \"key\": value")),
        ParseErrorKind::UnexpectedWord => {
            ("a word without quotes", Some("put it in double quotes, or write true, false or null"))
        }
        ParseErrorKind::UnexpectedCloseBrace => (
            "a '}' that closes nothing here",
            Some("remove it, or look for a missing value or ']' before it"),
        ),
        ParseErrorKind::UnexpectedCloseBracket => (
            "a ']' that closes nothing here",
            Some("remove it, or look for a missing value or '}' before it"),
        ),
        ParseErrorKind::UnexpectedComma => {
            ("a comma without a value before it", Some("put a value before it, or remove it"))
        }
        ParseErrorKind::UnexpectedColon => {
            ("a ':' that follows no key", Some("keys stand in objects only: { \"key\": value }"))
        }
        ParseErrorKind::UnexpectedTokenInObject => {
            ("a key must stand here, and this is none", Some("an object is written as { \"key\": value, … }"))
        }
        ParseErrorKind::UnexpectedToken => (
            "this means nothing in JSON",
            Some("remove it, or put it in double quotes; or a string before it has lost its '\"'"),
        ),
        ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            ("a string without an end", Some("a '\"' is missing"))
        }
        ParseErrorKind::String(_) => (
            "an escape in a string that JSON does not have",
            Some("JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits"),
        ),
    };
    (what.to_owned(), help)
}
