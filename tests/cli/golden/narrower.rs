//! Whether a JSON Schema accepts less than an older one, as far as its keywords tell. A keyword that is not known here may
//! only stay as it is or go.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Keywords that are words for people.
const WORDS: [&str; 5] = ["$schema", "default", "description", "examples", "title"];

/// Keywords whose keys are names, each with a schema.
const NAMED: [&str; 2] = ["properties", "definitions"];

/// A schema without what it says to people, and without the `allOf` around a reference that leaves room for words.
pub fn without_words(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()));
            let bare = kept.map(|(key, value)| match value {
                Value::Object(schemas) if NAMED.contains(&key.as_str()) => {
                    let schemas = schemas.iter().map(|(name, schema)| (name.clone(), without_words(schema)));
                    (key.clone(), schemas.collect())
                }
                _ => (key.clone(), without_words(value)),
            });
            let bare: Map<String, Value> = bare.collect();
            match bare.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([only]) if bare.len() == 1 => only.clone(),
                _ => Value::Object(bare),
            }
        }
        Value::Array(items) => items.iter().map(without_words).collect(),
        _ => schema.clone(),
    }
}

/// What the older schema accepts and the newer one may not, each with its place.
pub fn lost(old: &Value, new: &Value) -> Vec<String> {
    Comparison { old, new, comparing: BTreeSet::new() }.lost(old, new, "")
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    /// The pairs of definitions that are being compared: a definition may refer to itself.
    comparing: BTreeSet<(String, String)>,
}

impl<'a> Comparison<'a> {
    /// Of each choice of the older schema, what is lost in the choice of the newer one that fits it best.
    fn lost(&mut self, old: &'a Value, new: &'a Value, at: &str) -> Vec<String> {
        let pair = reference(old).zip(reference(new)).map(|(one, other)| (one.to_owned(), other.to_owned()));
        if pair.iter().any(|pair| !self.comparing.insert(pair.clone())) {
            return vec![];
        }
        let (old, new) = (choices(self.old, old), choices(self.new, new));
        let mut lost = vec![];
        for choice in old {
            let best = new.iter().map(|new| self.lost_keywords(choice, new, at)).min_by_key(Vec::len);
            lost.extend(best.unwrap_or_default());
        }
        if let Some(pair) = pair {
            self.comparing.remove(&pair);
        }
        lost
    }

    fn lost_keywords(&mut self, old: &'a Value, new: &'a Value, at: &str) -> Vec<String> {
        let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
            return if old == new || *new == Value::Bool(true) {
                vec![]
            } else {
                vec![format!("{at}: was {old}, is {new}")]
            };
        };
        let mut lost = vec![];
        for (key, is) in new {
            let at = format!("{at}/{key}");
            match (key.as_str(), old.get(key)) {
                ("definitions", _) => {}
                ("properties", was) => lost.extend(self.lost_properties(was, is, &at)),
                ("required" | "enum", was) => {
                    let (fewer, more) =
                        if key == "enum" { (is, was) } else { (was.unwrap_or(&Value::Null), Some(is)) };
                    let gone = items(more.unwrap_or(&Value::Null))
                        .iter()
                        .filter(|word| !items(fewer).contains(word));
                    lost.extend(gone.map(|word| format!("{at}: {word}")));
                }
                ("items" | "additionalProperties" | "propertyNames", Some(was)) => {
                    lost.extend(self.lost(was, is, &at))
                }
                (limit, Some(was)) if is_no_tighter(limit, was, is) => {}
                (_, Some(was)) => lost.push(format!("{at}: was {was}, is {is}")),
                (_, None) => lost.push(format!("{at}: {is} is a new limit")),
            }
        }
        lost
    }

    fn lost_properties(&mut self, was: Option<&'a Value>, is: &'a Value, at: &str) -> Vec<String> {
        let was = was.and_then(Value::as_object).into_iter().flatten();
        was.flat_map(|(name, was)| match is.get(name) {
            Some(is) => self.lost(was, is, &format!("{at}/{name}")),
            None => vec![format!("{at}/{name} is gone")],
        })
        .collect()
    }
}

/// What a schema lets one choose from, references followed: itself, if it leaves no choice.
fn choices<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    if let Some(definition) = reference(schema).and_then(|path| root.pointer(path.trim_start_matches('#'))) {
        return choices(root, definition);
    }
    match schema.get("anyOf").or(schema.get("oneOf")) {
        Some(list) => items(list).iter().flat_map(|choice| choices(root, choice)).collect(),
        None => vec![schema],
    }
}

/// Whether a limit is the same, or wider.
fn is_no_tighter(keyword: &str, was: &Value, is: &Value) -> bool {
    match (keyword, was.as_f64(), is.as_f64()) {
        ("maximum" | "maxItems" | "maxProperties" | "maxLength", Some(was), Some(is)) => was <= is,
        ("minimum" | "minItems" | "minProperties" | "minLength", Some(was), Some(is)) => was >= is,
        _ => was == is,
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()
}
