//! Problems of a scenario, and how they are told: as a compiler tells them.

mod located;
mod render;

pub use located::Located;

use super::source::Place;
use crate::kernel::op::shortened;
use std::fmt;
use std::sync::Arc;

/// The most problems that are told of one scenario.
pub const MAX_PROBLEMS: usize = 30;

/// Something that is wrong with a scenario. The variants carry data; the words are in [`Problem::title`].
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where; `None` until the reader has said it.
    pub place: Option<Place>,
    /// What.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario can be used, but it may not be what its author meant.
    Warning,
    /// The scenario cannot be used, or does not do what it says.
    Error,
}

impl Severity {
    /// `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// It is not JSON.
    Syntax {
        /// What is wrong.
        what: String,
        /// What to do.
        help: Option<&'static str>,
    },
    /// A key that means nothing there.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that mean something.
        known: Vec<String>,
    },
    /// A word that is not one of those allowed.
    UnknownWord {
        /// The word.
        word: String,
        /// Those allowed.
        known: Vec<String>,
    },
    /// A key that must be there.
    MissingKey {
        /// The keys of which one must be there: mostly there is only one.
        keys: Vec<String>,
    },
    /// A key that is there twice.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value of another kind than is needed.
    WrongType {
        /// What it is.
        found: String,
        /// What it must be.
        expected: String,
    },
    /// Something else.
    Other {
        /// A sentence without a full stop.
        what: String,
        /// What could stand there instead.
        known: Vec<String>,
    },
    /// Something else, and what to do about it.
    Advice {
        /// A sentence without a full stop.
        what: String,
        /// What to write instead.
        help: String,
    },
    /// The scenario ran, and this did not hold.
    Expectation {
        /// The key.
        key: String,
        /// What was expected.
        expected: String,
        /// What was there, as a clause: `it is 3`.
        found: String,
        /// In which round, where the step is repeated.
        vars: Arc<Vec<(Arc<str>, u64)>>,
    },
}

impl Problem {
    /// Any problem at a place.
    pub fn at(place: Place, kind: Kind) -> Self {
        Self { place: Some(place), ..Self::nowhere(kind) }
    }

    /// A problem whose place is not known yet.
    fn nowhere(kind: Kind) -> Self {
        Self { place: None, kind, severity: Severity::Error }
    }

    /// A problem of the file as a whole.
    pub fn whole(what: impl Into<String>) -> Self {
        Self::nowhere(Kind::Other { what: what.into(), known: vec![] })
    }

    /// pagewalk itself failed on the file: `panic` is where in its source, and why.
    pub fn own_fault(panic: &str) -> Self {
        let what = format!("pagewalk itself failed, at {panic}");
        let help = "this is a bug in pagewalk, not in the file: please report it, together with the file";
        Self::nowhere(Kind::Advice { what, help: help.into() })
    }

    /// A problem told in one sentence, with what to write instead in another.
    pub fn advice(place: Place, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::at(place, Kind::Advice { what: what.into(), help: help.into() })
    }

    /// Puts problems into the order of the text, those of included files and of the command line last.
    pub fn sort(problems: &mut [Self]) {
        problems.sort_by_key(|problem| problem.place.as_ref().map(Place::order));
    }

    /// Leaves no more of the sorted problems than anybody wants to read. Tells whether there were more.
    pub fn limit(problems: &mut Vec<Self>) -> bool {
        // Errors come before warnings if not all can stay.
        if problems.len() > MAX_PROBLEMS && problems.iter().any(Self::is_error) {
            problems.retain(Self::is_error);
        }
        let more = problems.len() > MAX_PROBLEMS;
        problems.truncate(MAX_PROBLEMS);
        if let (true, Some(Self { place: Some(place), severity, .. })) = (more, problems.last()) {
            let what = format!("these are the first {MAX_PROBLEMS} problems, and there are more after this");
            let last = Self { severity: *severity, ..Self::other(place.clone(), what) };
            problems.push(last);
        }
        more
    }

    /// The same, but it shows in this variant of the scenario, which nobody asked for.
    pub fn in_variant(self, name: &str) -> Self {
        let what = format!("{} (in the variant \"{name}\")", self.title());
        let kind = match self.help() {
            Some(help) => Kind::Advice { what, help },
            None => Kind::Other { what, known: vec![] },
        };
        Self { kind, ..self }
    }

    /// The same, but the scenario can be used.
    pub fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Whether it is only that something does not hold.
    pub fn is_expectation(&self) -> bool {
        matches!(self.kind, Kind::Expectation { .. })
    }

    /// Whether the scenario cannot be used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A problem told in one sentence.
    pub fn other(place: Place, what: impl Into<String>) -> Self {
        Self::at(place, Kind::Other { what: what.into(), known: vec![] })
    }

    /// The place, if none was known so far.
    pub fn or_at(mut self, place: &Place) -> Self {
        // Of an object that lacks a key its brace is enough: all of it would be marked otherwise.
        let missing = matches!(self.kind, Kind::MissingKey { .. });
        self.place.get_or_insert_with(|| if missing { place.first_byte() } else { place.clone() });
        self
    }

    /// What is wrong, in one line.
    pub fn title(&self) -> String {
        brief(match &self.kind {
            Kind::Syntax { what, .. } | Kind::Other { what, .. } | Kind::Advice { what, .. } => what.clone(),
            Kind::UnknownKey { key, .. } => format!("unknown key \"{key}\""),
            Kind::UnknownWord { word, .. } => format!("unknown value \"{word}\""),
            Kind::MissingKey { keys } => format!("the key {} is missing", one_of(keys)),
            Kind::DuplicateKey { key } => format!("the key \"{key}\" is here for the second time"),
            Kind::WrongType { found, expected } => format!("found {found}, but this must be {expected}"),
            Kind::Expectation { key, expected, found, vars } => {
                let rounds = vars.iter().map(|(var, value)| format!("{var} = {value}"));
                let rounds = match vars.is_empty() {
                    true => String::new(),
                    false => format!(" (where {})", rounds.collect::<Vec<_>>().join(", ")),
                };
                format!("expected {key} to be {expected}, but {found}{rounds}")
            }
        })
    }

    /// What stands at the marked place, in a few words.
    fn label(&self) -> String {
        brief(match &self.kind {
            Kind::Syntax { .. } | Kind::Other { .. } | Kind::Advice { .. } => String::new(),
            Kind::UnknownKey { .. } => "means nothing here".into(),
            Kind::UnknownWord { .. } => "not one of the values allowed here".into(),
            Kind::MissingKey { keys } => format!("{} must be in here", one_of(keys)),
            Kind::DuplicateKey { .. } => "only one of the two can hold".into(),
            Kind::WrongType { expected, .. } => format!("must be {expected}"),
            Kind::Expectation { found, .. } => found.clone(),
        })
    }

    /// What to write instead, where that is known.
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            Kind::Syntax { help, .. } => help.map(str::to_owned),
            Kind::Advice { help, .. } => Some(help.clone()),
            Kind::UnknownKey { key: word, known }
            | Kind::UnknownWord { word, known }
            | Kind::Other { what: word, known } => {
                if known.is_empty() {
                    return None;
                }
                // A sentence names the unknown word in quotes.
                let word = word.split('"').nth(1).unwrap_or(word);
                let list = listed(known);
                Some(match nearest(word, known) {
                    Some(near) => format!("did you mean \"{near}\"? Known here: {list}"),
                    None => format!("known here: {list}"),
                })
            }
            _ => None,
        }
    }
}

/// The most bytes of a sentence: what a scenario says is quoted in it, and may be a book.
const MAX_SENTENCE_BYTES: usize = 300;

/// A sentence, cut if it is too long.
fn brief(mut text: String) -> String {
    if text.len() > MAX_SENTENCE_BYTES {
        text.truncate(text.floor_char_boundary(MAX_SENTENCE_BYTES));
        text.push('…');
    }
    text
}

/// The names that are known, as far as anybody wants to read them.
fn listed(known: &[String]) -> String {
    const MOST: usize = 40;
    let names = known.iter().take(MOST).map(|name| brief(format!("\"{name}\""))).collect::<Vec<_>>();
    let more = if known.len() > MOST { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}

/// The known name that is nearest to a word, if one is near.
pub fn nearest<'a>(word: &str, known: &'a [String]) -> Option<&'a str> {
    // Nobody misspells a name at such length.
    if word.len() > MAX_SENTENCE_BYTES {
        return None;
    }
    let lower = word.to_lowercase();
    let score = |name: &String| strsim::jaro_winkler(&lower, &name.to_lowercase());
    let best = known.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) > 0.75).then_some(best)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title())
    }
}

impl std::error::Error for Problem {}

impl serde::de::Error for Problem {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::nowhere(Kind::Other { what: what.to_string(), known: vec![] })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::nowhere(Kind::UnknownKey { key: key.into(), known: owned(known) })
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::nowhere(Kind::UnknownWord { word: word.into(), known: owned(known) })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::nowhere(Kind::MissingKey { keys: vec![key.into()] })
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::nowhere(Kind::DuplicateKey { key: key.into() })
    }

    fn invalid_type(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        // serde's own words for the types of Rust.
        let expected = match expected.to_string().as_str() {
            "u64" | "usize" => "a number from 0 on".to_owned(),
            "u32" => format!("a number from 0 to {}", u32::MAX),
            "u16" => format!("a number from 0 to {}", u16::MAX),
            "a boolean" => "true or false".into(),
            "a map" => "an object".into(),
            "a sequence" => "a list".into(),
            text if text.starts_with("struct ") || text.starts_with("enum ") => "an object".into(),
            text => text.into(),
        };
        Self::nowhere(Kind::WrongType { found: describe(found), expected })
    }

    fn invalid_value(found: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

fn describe(found: serde::de::Unexpected<'_>) -> String {
    use serde::de::Unexpected;
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(value) => format!("the number {value}"),
        Unexpected::Str(text) => format!("the string \"{}\"", shortened(text)),
        Unexpected::Unit => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "an object".into(),
        other => other.to_string(),
    }
}

/// `"a"`, or `"a" or "b"`, or `"a", "b" or "c"`.
pub fn one_of(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Names that can be kept.
pub fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
