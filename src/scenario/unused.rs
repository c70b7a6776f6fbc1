//! Warnings of what is written and never used.

use super::diagnostic::Problem;
use super::document::{Document, Include, Item};
use super::node::Node;
use super::source::Place;
use crate::kernel::{Action, Expr};
use std::collections::BTreeSet;

/// What is never used in a document that is written in `root`.
pub fn warnings(document: &Document, root: &Node) -> Vec<Problem> {
    let mut unused = Unused { used: BTreeSet::new(), named: names(root), problems: vec![] };
    if let Some(steps) = root.get("steps") {
        if steps.items().is_empty() {
            let help = "add a step, like { \"op\": \"spawn\", \"program\": … }";
            unused.warn(&steps.place, "nothing happens in this scenario", help);
        }
        unused.items(&document.steps, steps);
    }
    for (key, what) in [("programs", "program"), ("files", "file")] {
        for (name, _) in root.get(key).map(Node::fields).unwrap_or_default() {
            // What an included file brings along is for other scenarios, too.
            let own = !matches!(name.place, Place::Included { .. });
            if own && !unused.used.contains(&name.name) && document.kernel.policies().is_some() {
                let title = format!("the {what} \"{}\" is never used", name.name);
                unused.warn(&name.place, &title, "use it in a step, or remove it");
            }
        }
    }
    unused.problems
}

struct Unused {
    /// The programs and files that steps name.
    used: BTreeSet<String>,
    /// The names that expressions use.
    named: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Unused {
    fn warn(&mut self, place: &Place, what: &str, help: &str) {
        self.problems.push(Problem::advice(place.clone(), what, help).warning());
    }

    fn items(&mut self, items: &[Item], list: &Node) {
        for (at, (item, node)) in items.iter().zip(list.items()).enumerate() {
            match item {
                Item::Operation(operation) => {
                    let files = operation.expect.iter().flat_map(|expect| &expect.files);
                    self.used.extend(files.map(|file| file.name.clone()));
                    self.action(&operation.action, node);
                }
                Item::Chapter(_) => {
                    if matches!(items.get(at + 1), None | Some(Item::Chapter(_))) {
                        self.warn(&node.place, "a chapter without steps", "add its steps, or remove it");
                    }
                }
                Item::Repeat(repeat) => {
                    let Some(steps) = node.get("steps") else { continue };
                    if repeat.steps.is_empty() {
                        self.warn(&steps.place, "nothing is repeated", "add steps, or remove it");
                    }
                    self.items(&repeat.steps, steps);
                }
                Item::Include(Include { include }) => {
                    let steps = node.get("include").and_then(|file| file.get("steps"));
                    steps.into_iter().for_each(|steps| self.items(&include.steps, steps));
                }
            }
        }
    }

    fn action(&mut self, action: &Action, node: &Node) {
        match action {
            Action::Spawn { program: name, .. }
            | Action::Exec { program: name }
            | Action::Mmap { file: Some(name), .. }
            | Action::Read { file: name, .. }
            | Action::Write { file: name, .. } => {
                self.used.insert(name.clone());
            }
            _ => {}
        }
        // Names of processes and variables are on the screen: one that no step uses is of use there.
        if let (Action::Mmap { name: Some(name), .. }, Some(value)) = (action, node.get("as"))
            && !self.named.contains(name)
        {
            let what = format!("no expression uses \"{name}\"");
            self.warn(&value.place, &what, "use it in \"at\", or remove \"as\"");
        }
    }
}

/// The names that the expressions in a node use. What is prose for people may be taken for one, which does no harm.
fn names(node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(node, &mut found);
    found
}

fn collect(node: &Node, found: &mut BTreeSet<String>) {
    if let Some(expr) = node.as_str().and_then(|text| Expr::parse(text).ok()) {
        found.extend(expr.names().into_iter().map(str::to_owned));
    }
    let giving = |key: &str| ["as", "var", "note", "say", "ask"].contains(&key);
    let fields = node.fields().iter().filter(|(key, _)| !giving(&key.name));
    fields.map(|(_, value)| value).chain(node.items()).for_each(|child| collect(child, found));
}
