//! `include`: another file of the folder, read before the scenario is. Its text takes the place of its name in the tree,
//! and its programs and files go to those of the scenario, so that all that reads the tree finds them where it looks.

use super::diagnostic::{MAX_PROBLEMS, Problem};
use super::node::{Key, Node, Value};
use super::source::{Included, Place, Source};
use super::syntax::{self, MAX_BYTES, MAX_KEYS, MAX_VALUES};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The key of the item.
const KEY: &str = "include";

/// What an included file adds to the scenario besides its steps, and what one of it is called.
const SHARED: [(&str, &str); 2] = [("programs", "program"), ("files", "file")];

/// Reads all files that the steps of a scenario include. Those that cannot be read are told, and lost.
pub fn resolve(root: &mut Node, source: &Source, problems: &mut Vec<Problem>) {
    let room = MAX_BYTES.saturating_sub(source.text.len());
    let mut including =
        Including { source, room, values: count(root), names: HashSet::new(), shared: vec![], problems };
    if let Some(steps) = root.get_mut("steps") {
        including.steps(steps);
    }
    let Including { mut shared, .. } = including;
    for (at, which) in SHARED.into_iter().enumerate() {
        let brought = shared.extract_if(.., |(of, _)| *of == at).map(|(_, node)| node).collect();
        share(root, which, brought, source, problems);
    }
}

struct Including<'a> {
    source: &'a Source,
    /// How many bytes may follow.
    room: usize,
    /// How many values there are so far.
    values: usize,
    /// What has been included.
    names: HashSet<String>,
    /// What is to be added to the scenario: an index of [`SHARED`], and the object.
    shared: Vec<(usize, Node)>,
    problems: &'a mut Vec<Problem>,
}

impl Including<'_> {
    fn steps(&mut self, list: &mut Node) {
        for item in list.items_mut() {
            if self.problems.len() > MAX_PROBLEMS {
                return;
            }
            if let Some(name) = item.get_mut(KEY) {
                match self.read(name) {
                    Ok(prelude) => *name = prelude,
                    Err(problem) => {
                        self.problems.extend(problem);
                        name.value = Value::Lost;
                    }
                }
            } else if let Some(inner) = item.get_mut("steps") {
                self.steps(inner);
            }
        }
    }

    /// Reads the file that a node names. An error may have been told already.
    fn read(&mut self, node: &Node) -> Result<Node, Option<Problem>> {
        let told = |what: String| Some(Problem::other(node.place.clone(), what));
        let Value::String(name) = &node.value else {
            return Err((node.value != Value::Lost)
                .then(|| node.wrong("the name of a file beside this one, like \"prelude.json\"")));
        };
        if !self.names.insert(name.to_string()) {
            let what = format!("\"{name}\" is included already");
            let help = "include a file once: what is repeated goes into a repetition";
            return Err(Some(Problem::advice(node.place.clone(), what, help)));
        }
        let bytes = self.source.beside(name).map_err(told)?;
        self.room =
            self.room.checked_sub(bytes.len()).ok_or_else(|| told(too_much(name, "bytes", MAX_BYTES)))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            told(format!("\"{name}\" is not UTF-8, at byte {}", error.utf8_error().valid_up_to()))
        })?;
        let file = Included { number: self.names.len(), name: self.source.name_beside(name), text };
        let mut prelude = self.parse(Arc::new(file)).ok_or(None)?;
        self.values += count(&prelude);
        if self.values > MAX_VALUES {
            return Err(told(too_much(name, "values", MAX_VALUES)));
        }
        if let Some(steps) = prelude.get_mut("steps") {
            self.forbid(steps);
        }
        for (at, (key, _)) in SHARED.into_iter().enumerate() {
            if let Some(node) = prelude.get_mut(key).filter(|node| matches!(node.value, Value::Object(_))) {
                let empty = Node { place: node.place.clone(), value: Value::Object(vec![]) };
                self.shared.push((at, std::mem::replace(node, empty)));
            }
        }
        Ok(prelude)
    }

    fn parse(&mut self, file: Arc<Included>) -> Option<Node> {
        let place = |range| Place::Included { file: file.clone(), range };
        syntax::read(&file.text, &place, self.problems)
    }

    /// An included file includes nothing.
    fn forbid(&mut self, list: &mut Node) {
        for item in list.items_mut() {
            if let Some(name) = item.get_mut(KEY) {
                let what = "a file that is included cannot include another";
                let help = "include both in the scenario, one after the other";
                self.problems.push(Problem::advice(name.place.clone(), what, help));
                name.value = Value::Lost;
            } else if let Some(inner) = item.get_mut("steps") {
                self.forbid(inner);
            }
        }
    }
}

/// Adds the programs or the files that included files bring along to those of the scenario.
fn share(
    root: &mut Node,
    (key, what): (&str, &str),
    brought: Vec<Node>,
    source: &Source,
    problems: &mut Vec<Problem>,
) {
    let (Some(first), Value::Object(scenario)) = (brought.first(), &mut root.value) else { return };
    if !scenario.iter().any(|(known, _)| known.name == key) {
        let place = first.place.clone();
        let name = Key { place: place.first_byte(), name: key.to_owned() };
        scenario.push((name, Node { place, value: Value::Object(vec![]) }));
    }
    // Anything but an object cannot be added to, and is told where it is read.
    let Some(Node { value: Value::Object(there), .. }) = root.get_mut(key) else { return };
    let mut known: HashMap<String, Place> =
        there.iter().map(|(key, _)| (key.name.clone(), key.place.clone())).collect();
    for node in brought {
        let Value::Object(fields) = node.value else { continue };
        for (name, value) in fields {
            if problems.len() > MAX_PROBLEMS {
                return;
            }
            if let Some(place) = known.get(&name.name) {
                problems.push(taken(what, &name, place, source));
            } else if there.len() == MAX_KEYS {
                let too_many =
                    format!("with this {what} the scenario has more than {MAX_KEYS}: that is the limit");
                problems.push(Problem::other(name.place, too_many));
                return;
            } else {
                known.insert(name.name.clone(), name.place.clone());
                there.push((name, value));
            }
        }
    }
}

/// The problem that a name is defined twice.
fn taken(what: &str, name: &Key, place: &Place, source: &Source) -> Problem {
    let (line, _) = source.line_column(place);
    let (_, _, file) = source.locate(place);
    let what = format!("{file} has a {what} \"{}\" already, in line {line}", name.name);
    Problem::advice(name.place.clone(), what, "give one of the two another name")
}

fn too_much(name: &str, what: &str, most: usize) -> String {
    format!("with \"{name}\" the scenario has more than {most} {what}, and may have so many at most")
}

/// How many values a node has, itself among them.
pub fn count(node: &Node) -> usize {
    1 + node.children().map(count).sum::<usize>()
}
