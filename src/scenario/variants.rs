//! `variants`: named sets of settings that the same story can be played under. The chosen one is put over the scenario's
//! own settings before anything is read, as those of the command line are.

use super::diagnostic::{Kind, Problem};
use super::node::{Key, Node, Value};
use super::source::Source;
use std::collections::HashMap;

/// The most variants that a scenario may have: each is run when it is checked.
const MAX_VARIANTS: usize = 16;

/// The keys of a variant that hold settings.
const SETTINGS: [&str; 2] = ["machine", "kernel"];

/// A variant, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// One sentence about it.
    pub summary: String,
}

/// The variants of a scenario, in the order of the text.
pub fn list(root: &Node) -> Vec<Variant> {
    let variants = root.get("variants").map(Node::fields).unwrap_or_default();
    let summary = |node: &Node| node.get("summary").and_then(Node::as_str).unwrap_or_default().to_owned();
    variants.iter().map(|(key, node)| Variant { name: key.name.clone(), summary: summary(node) }).collect()
}

/// Puts the settings of the variant that was asked for, if any, over those of the scenario.
pub fn apply(root: &mut Node, source: &Source, problems: &mut Vec<Problem>) {
    check(root, problems);
    let Some(name) = &source.variant else { return };
    let Some(variant) = root.get_mut("variants").and_then(|variants| variants.get_mut(name)) else {
        let known: Vec<String> = list(root).into_iter().map(|variant| variant.name).collect();
        let what = match known.is_empty() {
            true => format!("there is no variant \"{name}\": this scenario has none"),
            false => format!("there is no variant \"{name}\""),
        };
        problems.push(Problem::at(root.place_of_key("variants"), Kind::Other { what, known }));
        return;
    };
    let Value::Object(fields) = &mut variant.value else { return };
    let taken = |(key, _): &mut (Key, Node)| SETTINGS.contains(&key.name.as_str());
    let settings: Vec<(Key, Node)> = fields.extract_if(.., taken).collect();
    // What is left has been read when the scenario was played as it is written, and no place is in the tree twice.
    if let Value::Object(fields) = &mut root.value {
        fields.retain(|(key, _)| key.name != "variants");
    }
    for (key, value) in settings {
        match root.get(&key.name) {
            Some(own) if own.as_str() == Some("none") => {
                let what = "a bare machine has no kernel whose policies could be others";
                problems.push(Problem::advice(key.place, what, "remove it from the variant"));
            }
            _ => join(root, vec![(key, value)]),
        }
    }
}

fn check(root: &Node, problems: &mut Vec<Problem>) {
    let Some(variants) = root.get("variants") else { return };
    let count = variants.fields().len();
    if count > MAX_VARIANTS {
        let what = format!("{count} variants: a scenario has at most {MAX_VARIANTS}");
        problems.push(Problem::other(variants.place.first_byte(), what));
    }
    for (key, variant) in variants.fields() {
        let silent = |(key, value): &(Key, Node)| match &value.value {
            Value::Object(fields) => fields.is_empty(),
            _ => key.name == "summary",
        };
        if matches!(variant.value, Value::Object(_)) && variant.fields().iter().all(silent) {
            let what = format!("the variant \"{}\" changes nothing", key.name);
            let help = "give it settings, like \"kernel\": { \"fork\": \"copy\" }, or remove it";
            problems.push(Problem::advice(key.place.clone(), what, help).warning());
        }
    }
}

/// Puts fields into an object. What both have is the new one's; two objects become one.
fn join(object: &mut Node, inner: Vec<(Key, Node)>) {
    let Value::Object(fields) = &mut object.value else { return };
    let mut places: HashMap<String, usize> =
        fields.iter().enumerate().map(|(at, (key, _))| (key.name.clone(), at)).collect();
    for (key, value) in inner {
        let Some(at) = places.get(&key.name).copied() else {
            places.insert(key.name.clone(), fields.len());
            fields.push((key, value));
            continue;
        };
        match (&mut fields[at].1, value.value) {
            (own, Value::Object(inner)) if matches!(own.value, Value::Object(_)) => join(own, inner),
            (_, inner) => fields[at] = (key, Node { place: value.place, value: inner }),
        }
    }
}
