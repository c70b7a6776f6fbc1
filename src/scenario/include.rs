//! `include`: another file of the folder, read before the scenario is. Its text takes the place of its name in the tree,
//! and its programs and files go to those of the scenario, so that all that reads the tree finds them where it looks.

use super::diagnostic::Problem;
use super::node::{Node, Value};
use super::source::{Included, Place, Source};
use super::syntax::{self, MAX_BYTES, MAX_VALUES};
use std::sync::Arc;

/// The key of the item.
const KEY: &str = "include";

/// What an included file adds to the scenario besides its steps, and what one of it is called.
const SHARED: [(&str, &str); 2] = [("programs", "program"), ("files", "file")];

/// Reads all files that the steps of a scenario include. Those that cannot be read are told, and lost.
pub fn resolve(root: &mut Node, source: &Source, problems: &mut Vec<Problem>) {
    let room = MAX_BYTES.saturating_sub(source.text.len());
    let mut including =
        Including { source, room, values: count(root), names: vec![], shared: vec![], problems };
    if let Some(steps) = root.get_mut("steps") {
        including.steps(steps);
    }
    let Including { shared, .. } = including;
    for (at, node) in shared {
        share(root, SHARED[at], node, source, problems);
    }
}

struct Including<'a> {
    source: &'a Source,
    /// How many bytes may follow.
    room: usize,
    /// How many values there are so far.
    values: usize,
    /// What has been included.
    names: Vec<String>,
    /// What is to be added to the scenario: an index of [`SHARED`], and the object.
    shared: Vec<(usize, Node)>,
    problems: &'a mut Vec<Problem>,
}

impl Including<'_> {
    fn steps(&mut self, list: &mut Node) {
        for item in list.items_mut() {
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
        if self.names.iter().any(|known| **known == **name) {
            let what = format!("\"{name}\" is included already");
            let help = "include a file once: what is repeated goes into a repetition";
            return Err(Some(Problem::advice(node.place.clone(), what, help)));
        }
        self.names.push(name.to_string());
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

/// Adds programs or files of an included file to those of the scenario.
fn share(
    root: &mut Node,
    (key, what): (&str, &str),
    node: Node,
    source: &Source,
    problems: &mut Vec<Problem>,
) {
    let Value::Object(scenario) = &mut root.value else { return };
    if !scenario.iter().any(|(known, _)| known.name == key) {
        let place = node.place.clone();
        let name = super::node::Key { place: place.first_byte(), name: key.to_owned() };
        scenario.push((name, Node { place, value: Value::Object(vec![]) }));
    }
    // Anything but an object cannot be added to, and is told where it is read.
    let Some(Node { value: Value::Object(there), .. }) = root.get_mut(key) else { return };
    let Value::Object(fields) = node.value else { return };
    for (name, value) in fields {
        match there.iter().find(|(known, _)| known.name == name.name) {
            None => there.push((name, value)),
            Some((known, _)) => {
                let (line, _) = source.line_column(&known.place);
                let (_, _, file) = source.locate(&known.place);
                let what = format!("{file} has a {what} \"{}\" already, in line {line}", name.name);
                problems.push(Problem::advice(name.place, what, "give one of the two another name"));
            }
        }
    }
}

fn too_much(name: &str, what: &str, most: usize) -> String {
    format!("with \"{name}\" the scenario has more than {most} {what}, and may have so many at most")
}

fn count(node: &Node) -> usize {
    1 + node.children().map(count).sum::<usize>()
}
