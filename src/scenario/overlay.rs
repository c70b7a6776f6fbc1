//! `--set`: settings of the command line, put over what the file says before it is read.

use super::diagnostic::Problem;
use super::node::{Key, Node, Value};
use super::source::{Place, Source};
use super::syntax;

/// Puts every `machine.…=VALUE` and `kernel.…=VALUE` over what the file says. Those that cannot be are told.
pub fn apply(root: &mut Node, source: &Source, problems: &mut Vec<Problem>) {
    for (set, text) in source.sets.iter().enumerate() {
        if let Err(problem) = apply_one(root, set, text) {
            problems.push(problem);
        }
    }
}

fn apply_one(root: &mut Node, set: usize, text: &str) -> Result<(), Problem> {
    let place = |range| Place::Set { set, range };
    let Some((path, value)) = text.split_once('=') else {
        let what = "a setting is written as NAME=VALUE, like kernel.fork=copy";
        return Err(Problem::other(place(0..text.len()), what));
    };
    let names: Vec<&str> = path.split('.').collect();
    match path {
        "kernel" => {
            let what = "whether there is a kernel cannot be set: the steps are made for one, or for none";
            return Err(Problem::advice(place(0..path.len()), what, "set a policy, like kernel.fork=copy"));
        }
        "machine" => {
            let what = "the machine cannot be set as a whole";
            return Err(Problem::advice(
                place(0..path.len()),
                what,
                "set one of its keys, like machine.frames=64",
            ));
        }
        _ => {}
    }
    if names.len() < 2 || !["machine", "kernel"].contains(&names[0]) {
        let what = format!("\"{path}\" is not a setting: it begins with machine. or kernel.");
        return Err(Problem::other(place(0..path.len()), what));
    }
    let mut at = 0;
    let key = |name: &str| {
        let key = Key { place: place(at..at + name.len()), name: name.to_owned() };
        at += name.len() + 1;
        key
    };
    let keys: Vec<Key> = names.into_iter().map(key).collect();
    put(root, &keys, read(value, path.len() + 1, &place))
}

/// A value that is not JSON is a word, as words are what settings mostly are.
fn read(value: &str, at: usize, place: &dyn Fn(std::ops::Range<usize>) -> Place) -> Node {
    let here = |range: std::ops::Range<usize>| place(at + range.start..at + range.end);
    let mut problems = vec![];
    let json = syntax::read(value, &here, &mut problems).filter(|_| problems.is_empty());
    let json = json.filter(|node| node.value != Value::Null);
    json.unwrap_or_else(|| Node { place: here(0..value.len()), value: Value::String(value.into()) })
}

fn put(target: &mut Node, path: &[Key], value: Node) -> Result<(), Problem> {
    let Some((key, rest)) = path.split_first() else {
        *target = value;
        return Ok(());
    };
    let Value::Object(fields) = &mut target.value else {
        let what = format!("\"{}\" cannot be set: the scenario has no object there", key.name);
        return Err(Problem::other(key.place.clone(), what));
    };
    let at = match fields.iter().position(|(known, _)| known.name == key.name) {
        Some(at) => {
            fields[at].0.place = key.place.clone();
            at
        }
        None => {
            let empty = Value::Object(vec![]);
            fields.push((key.clone(), Node { place: key.place.clone(), value: empty }));
            fields.len() - 1
        }
    };
    put(&mut fields[at].1, rest, value)
}
