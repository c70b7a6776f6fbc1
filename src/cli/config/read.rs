//! A configuration file: TOML, read into what it sets, and all that is wrong with it at its place.

use crate::scenario::diagnostic::{Kind, owned};
use crate::scenario::stage::{Layout, ThemeName};
use crate::scenario::{Place, Problem, Source};
use crate::tui::action;
use crate::tui::comfort::Key;
use crate::tui::message::Message;
use crate::tui::pace::Speed;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of the file, in the order in which they are told.
pub const KEYS: [&str; 6] = ["theme", "ascii", "speed", "layout", "mouse", "keys"];

/// What a file sets; `None` for what it leaves as it is.
#[derive(Debug, Default, PartialEq)]
pub struct Given {
    /// The colours.
    pub theme: Option<ThemeName>,
    /// No sign that is not ASCII.
    pub ascii: Option<bool>,
    /// How fast a story plays by itself.
    pub speed: Option<Speed>,
    /// The layout that a story begins with.
    pub layout: Option<Layout>,
    /// Whether the mouse is listened to.
    pub mouse: Option<bool>,
    /// Keys that do something else.
    pub keys: Option<Vec<(Key, Message)>>,
}

/// Reads a file.
///
/// # Errors
///
/// All that is wrong with it, in its order.
pub fn read(source: &Source) -> Result<Given, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader::default();
    for error in errors {
        let range = error.span().unwrap_or_default();
        reader.problems.push(Problem::other(Place::Text(range), error.message().replace('\n', ", ")));
    }
    // What could be made of a text that is no TOML may not be what was meant.
    let is_toml = reader.problems.is_empty();
    let given = if is_toml { reader.file(table.get_ref()) } else { Given::default() };
    let Reader { mut problems } = reader;
    if problems.is_empty() {
        return Ok(given);
    }
    Problem::sort(&mut problems);
    Problem::limit(&mut problems);
    Err(problems)
}

/// Gathers what is wrong.
#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader {
    fn file(&mut self, table: &DeTable<'_>) -> Given {
        let mut given = Given::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "theme" => given.theme = self.one_of(value, &ThemeName::ALL.map(|name| (name.name(), name))),
                "layout" => given.layout = self.one_of(value, &Layout::ALL.map(|name| (name.name(), name))),
                "ascii" => given.ascii = self.truth(value),
                "mouse" => given.mouse = self.truth(value),
                "speed" => given.speed = self.speed(value),
                "keys" => given.keys = self.keys(value),
                unknown => {
                    let kind = Kind::UnknownKey { key: unknown.to_owned(), known: owned(&KEYS) };
                    self.problems.push(Problem::at(Place::Text(key.span()), kind));
                }
            }
        }
        given
    }

    fn truth(&mut self, value: &Value<'_>) -> Option<bool> {
        value.get_ref().as_bool().or_else(|| self.wrong(value, "true or false"))
    }

    /// One of some names.
    fn one_of<T: Copy>(&mut self, value: &Value<'_>, known: &[(&str, T)]) -> Option<T> {
        let Some(word) = value.get_ref().as_str() else { return self.wrong(value, "a name in quotes") };
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, found)| *found);
        if found.is_none() {
            let known = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            let kind = Kind::UnknownWord { word: word.to_owned(), known };
            self.problems.push(Problem::at(Place::Text(value.span()), kind));
        }
        found
    }

    /// A number of events a second, one of those that the keys for it go through.
    fn speed(&mut self, value: &Value<'_>) -> Option<Speed> {
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => return self.wrong(value, "a number of events a second"),
        };
        let found = Speed::ALL.into_iter().find(|speed| Some(speed.events_a_second()) == number);
        if found.is_none() {
            let known = Speed::ALL.map(|speed| speed.events_a_second().to_string());
            let (what, help) = ("nothing plays at this speed", format!("write one of {}", known.join(", ")));
            self.problems.push(Problem::advice(Place::Text(value.span()), what, help));
        }
        found
    }

    /// Keys, and what they do.
    fn keys(&mut self, value: &Value<'_>) -> Option<Vec<(Key, Message)>> {
        let Some(table) = value.get_ref().as_table() else {
            return self.wrong(value, "a table of keys, [keys]");
        };
        let actions = action::all();
        let mut keys: Vec<(Key, Message)> = vec![];
        let mut bound: Vec<_> = table.iter().collect();
        bound.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in bound {
            let message = self.one_of(value, &actions);
            let place = Place::Text(key.span());
            match Key::named(key.get_ref()) {
                Err(what) => {
                    let help = "a key is a character, a name like \"space\", \"left\" or \"f5\", or one of these after \
                                \"ctrl-\" or \"alt-\"";
                    self.problems.push(Problem::advice(place, what, help));
                }
                Ok(key) if keys.iter().any(|(known, _)| *known == key) => {
                    self.problems.push(Problem::at(place, Kind::DuplicateKey { key: key.to_string() }));
                }
                Ok(key) => keys.extend(message.map(|message| (key, message))),
            }
        }
        Some(keys)
    }

    fn wrong<T>(&mut self, value: &Value<'_>, expected: &str) -> Option<T> {
        let found = match value.get_ref().type_str() {
            "integer" | "float" => "a number",
            "boolean" => "true or false",
            "datetime" => "a date",
            "array" => "a list",
            "table" => "a table",
            _ => "a string",
        };
        let kind = Kind::WrongType { found: found.into(), expected: expected.into() };
        self.problems.push(Problem::at(Place::Text(value.span()), kind));
        None
    }
}
