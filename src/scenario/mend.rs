//! All problems of a document in one run, by elimination: what cannot be read is noted and taken out of the tree, or
//! a stand-in is put in its place, and the rest is read again. A document without problems is read once.

use super::de::TAG;
use super::diagnostic::{Kind, MAX_PROBLEMS, Problem, nearest};
use super::node::{Key, Node, Value};
use super::source::Place;
use serde::Deserialize;

/// Reads a document as far as it can be read; what cannot be is told in `problems` and taken out of the tree. `None` if
/// nothing is left of it, or there are too many problems.
pub fn read_all<T: for<'de> Deserialize<'de>>(root: &mut Node, problems: &mut Vec<Problem>) -> Option<T> {
    let mut mending = Mending::default();
    loop {
        let problem = match root.read() {
            Ok(document) => return Some(document),
            Err(problem) => problem,
        };
        let place = problem.place.clone().unwrap_or_else(|| root.place.clone());
        let (news, mended) = mending.mend(root, &problem.kind, &place);
        if news {
            problems.push(problem);
        }
        if !mended {
            return None;
        }
        if problems.len() > MAX_PROBLEMS {
            return None;
        }
    }
}

/// What has been done to a tree so far.
#[derive(Default)]
struct Mending {
    /// The fields that were taken out: where their object begins, and the key.
    gone: Vec<(Place, String)>,
    /// Keys that mean nothing, but are nearly one that does: where their object begins, and what was meant.
    meant: Vec<(Place, String)>,
}

impl Mending {
    /// Makes the tree such that a problem does not come again. Tells whether it is news, and whether it could be done.
    fn mend(&mut self, root: &mut Node, kind: &Kind, place: &Place) -> (bool, bool) {
        match kind {
            // The key that says what its object is was taken out: of the others nothing can be said.
            Kind::UnknownKey { known, .. }
                if known.contains(&TAG.to_owned()) && self.lacks_tag(root, place) =>
            {
                (false, self.remove_key(root, place).is_some_and(|object| self.lose_object(root, &object)))
            }
            Kind::UnknownKey { key, known } => {
                let object = self.remove_key(root, place);
                if let (Some(object), Some(near)) = (&object, nearest(key, known)) {
                    self.meant.push((object.clone(), near.to_owned()));
                }
                (true, object.is_some())
            }
            Kind::MissingKey { keys } => {
                let among = |gone: &[(Place, String)]| {
                    gone.iter().any(|(object, key)| object == place && keys.contains(key))
                };
                // What was taken out is missed, of course; without it, its object is of no use.
                if among(&self.gone) {
                    return (false, self.lose_object(root, place));
                }
                let news = !among(&self.meant);
                match keys.first().is_some_and(|key| add_lost(root, place, key)) {
                    true => (news, true),
                    // A stand-in is not an object that lacks something.
                    false => (false, self.remove(root, place)),
                }
            }
            // What is made of stand-ins need not make sense.
            _ if has_stand_in(root, place) => (false, lose(root, place)),
            _ => match lost_at(root, place) {
                // Not even a stand-in can be read.
                true => (false, self.remove(root, place)),
                // At a key, it is the object that cannot be read.
                false => match self.remove_key(root, place) {
                    Some(object) => (true, self.lose_object(root, &object)),
                    None => (true, lose(root, place)),
                },
            },
        }
    }

    /// Whether the object of a key has lost the key that says what it is.
    fn lacks_tag(&self, node: &Node, place: &Place) -> bool {
        let here = node.fields().iter().any(|(key, _)| key.place == *place);
        let lacks = |(object, key): &(Place, String)| key == TAG && *object == node.place.first_byte();
        here && self.gone.iter().any(lacks)
            || node.children().any(|child| may_hold(child, place) && self.lacks_tag(child, place))
    }

    /// Takes out the field whose key stands at a place, and tells where its object begins.
    fn remove_key(&mut self, node: &mut Node, place: &Place) -> Option<Place> {
        if let Value::Object(fields) = &mut node.value
            && let Some(at) = fields.iter().position(|(key, _)| key.place == *place)
        {
            let object = node.place.first_byte();
            self.gone.push((object.clone(), fields.remove(at).0.name));
            return Some(object);
        }
        around(node, place).find_map(|child| self.remove_key(child, place))
    }

    /// Takes out the lost value at a place: the field or the item that it is.
    fn remove(&mut self, node: &mut Node, place: &Place) -> bool {
        let is_it = |node: &Node| node.value == Value::Lost && node.place.contains(place);
        match &mut node.value {
            Value::Object(fields) => {
                if let Some(at) = fields.iter().position(|(_, value)| is_it(value)) {
                    self.gone.push((node.place.first_byte(), fields.remove(at).0.name));
                    return true;
                }
            }
            Value::List(items) => {
                if let Some(at) = items.iter().position(is_it) {
                    items.remove(at);
                    return true;
                }
            }
            _ => {}
        }
        around(node, place).any(|child| self.remove(child, place))
    }

    /// Gives up the object that begins at a place.
    fn lose_object(&mut self, node: &mut Node, place: &Place) -> bool {
        if let Some(child) = around(node, place).find(|child| begins_at(child, place)) {
            child.value = Value::Lost;
            return true;
        }
        around(node, place).any(|child| self.lose_object(child, place))
    }
}

/// Whether a node is an object that begins at a place.
fn begins_at(node: &Node, place: &Place) -> bool {
    matches!(node.value, Value::Object(_)) && node.place.first_byte() == *place
}

/// Puts a stand-in for a missing key into the object that begins at a place.
fn add_lost(node: &mut Node, place: &Place, name: &str) -> bool {
    if begins_at(node, place)
        && let Value::Object(fields) = &mut node.value
    {
        let key = Key { place: place.clone(), name: name.to_owned() };
        fields.push((key, Node { place: place.clone(), value: Value::Lost }));
        return true;
    }
    around(node, place).any(|child| add_lost(child, place, name))
}

/// Whether the object at a place has a stand-in.
fn has_stand_in(node: &Node, place: &Place) -> bool {
    let lost = |(_, value): &(Key, Node)| value.value == Value::Lost;
    node.place == *place && node.fields().iter().any(lost)
        || node.children().any(|child| may_hold(child, place) && has_stand_in(child, place))
}

/// Whether the smallest value that holds a place is lost.
fn lost_at(node: &Node, place: &Place) -> bool {
    let inner = node.children().any(|child| may_hold(child, place) && lost_at(child, place));
    inner || node.value == Value::Lost && node.place.contains(place)
}

/// Puts a stand-in for the smallest value that holds a place; the root is not replaced.
fn lose(node: &mut Node, place: &Place) -> bool {
    for child in around(node, place) {
        if lose(child, place) {
            return true;
        }
        if child.place.contains(place) {
            child.value = Value::Lost;
            return true;
        }
    }
    false
}

/// Whether a place can lie in a node. A setting of the command line lies in nodes of the file, and so does a file that is
/// included.
fn may_hold(node: &Node, place: &Place) -> bool {
    let elsewhere = |place: &Place| !matches!(place, Place::Text(_));
    elsewhere(&node.place) || elsewhere(place) || node.place.contains(place)
}

/// The values inside a node that a place can lie in.
fn around<'a>(node: &'a mut Node, place: &'a Place) -> impl Iterator<Item = &'a mut Node> {
    let (fields, items) = match &mut node.value {
        Value::Object(fields) => (fields.as_mut_slice(), Default::default()),
        Value::List(items) => {
            // Items are in the order of the text, and there may be very many.
            let first = items.partition_point(|item| item.place.range().end < place.range().start);
            (Default::default(), &mut items[first..])
        }
        _ => Default::default(),
    };
    let items = items.iter_mut().take_while(|item| item.place.range().start <= place.range().start);
    fields.iter_mut().map(|(_, value)| value).chain(items).filter(|node| may_hold(node, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::syntax;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        size: u64,
        name: String,
        #[serde(default)]
        parts: Vec<Thing>,
        #[serde(default)]
        links: BTreeMap<String, u64>,
    }

    fn told(text: &str) -> (Option<Thing>, Vec<String>) {
        let mut problems = vec![];
        let mut root = syntax::read(text, &Place::Text, &mut problems).unwrap();
        let thing = read_all(&mut root, &mut problems);
        (thing, problems.iter().map(Problem::title).collect())
    }

    #[test]
    fn all_is_told_once_and_the_rest_is_read() {
        let (thing, problems) = told(
            r#"{ "size": "big", "name": "a", "colour": 1, "links": { "x": 1, "y": [] },
                 "parts": [ 5, { "name": "b" }, { "size": 2, "name": "c", "parts": 7 }, {} ] }"#,
        );
        assert_eq!(problems.len(), 8, "{problems:#?}");
        let thing = thing.unwrap();
        assert_eq!((thing.name.as_str(), thing.links["x"], thing.parts.len()), ("a", 1, 3));
        assert_eq!(thing.parts[1].size, 2);
    }

    #[test]
    fn a_key_that_is_misspelt_is_not_missed_besides() {
        let (thing, problems) = told(r#"{ "size": 1, "nmae": "a" }"#);
        assert_eq!(problems, ["unknown key \"nmae\""]);
        assert!(thing.is_some());
    }

    #[test]
    fn there_is_an_end_to_it() {
        let (thing, problems) =
            told(&format!(r#"{{ "size": 1, "name": "", "parts": [{}0] }}"#, "0,".repeat(50)));
        assert_eq!((thing, problems.len()), (None, MAX_PROBLEMS + 1));
    }
}
