//! What other programs and other people's files rely on: the outputs `pagewalk-run/1`, `pagewalk-state/1` and
//! `pagewalk-problem/1`, and format 1 of scenarios. Each may gain something; what is there keeps its name, its place and its
//! value. A change that breaks this needs the next version, and a golden file of its own beside the one of this version.
//!
//! To let a golden file hold what an output has gained, delete it and run the test twice: the first run writes it and fails.

mod embedded;
mod narrower;

use crate::binary::run_in;
use pagewalk::scenario::schema::schema;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The runs whose output is kept: the scenario, and the variant if it is not the story itself.
const RUNS: [(&str, Option<&str>); 9] = [
    ("processes", None),
    ("trap-path", None),
    ("superpages", None),
    ("pressure", None),
    ("pressure", Some("optimal")),
    ("pressure", Some("second chance")),
    ("pressure", Some("aging")),
    ("wrong-kernel", None),
    ("bare", None),
];

/// The moments whose state is kept: the scenario, and how many steps are done.
const STATES: [(&str, &str); 6] = [
    ("processes", "9"),
    ("processes", "21"),
    ("superpages", "4"),
    ("pressure", "6"),
    ("wrong-kernel", "3"),
    ("bare", "7"),
];

/// Where the golden files and their scenarios are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// What the binary prints about a golden scenario.
fn printed(arguments: &[&str]) -> String {
    let ran = run_in(&folder().join("scenarios"), arguments);
    assert!(ran.status < 2 || ran.err.starts_with("error: 1 of 1 cannot be used"), "{}", ran.err);
    ran.out + ran.err.split_inclusive('\n').filter(|line| line.starts_with('{')).collect::<String>().as_str()
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

/// Holds an output of JSON lines against the golden file of this name.
#[track_caller]
fn keeps(name: &str, output: &str) {
    let path = folder().join(name);
    let Ok(golden) = std::fs::read_to_string(&path) else {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, output).unwrap();
        panic!("tests/golden/{name} is new: read it, and run the test again");
    };
    let (golden, now) = (objects(&golden), objects(output));
    assert_eq!(golden.len(), now.len(), "{name} has another number of lines");
    for (line, (golden, now)) in golden.iter().zip(&now).enumerate() {
        if let Err(what) = embedded::check(golden, now) {
            panic!("tests/golden/{name}:{}: {what}. This needs the next version of the output", line + 1);
        }
    }
}

#[test]
fn a_run_keeps_its_form_and_its_values() {
    for (name, variant) in RUNS {
        let file = format!("{name}.json");
        let chosen = variant.map_or(vec![], |variant| vec!["--variant", variant]);
        let output = printed(&[&["run", &file, "--format", "jsonl"], chosen.as_slice()].concat());
        let variant = variant.map_or(String::new(), |variant| format!("-{}", variant.replace(' ', "-")));
        keeps(&format!("run-1/{name}{variant}.jsonl"), &output);
    }
}

#[test]
fn a_state_keeps_its_form_and_its_values() {
    for (name, step) in STATES {
        let output = printed(&["show", &format!("{name}.json"), "--step", step, "--format", "json"]);
        keeps(&format!("state-1/{name}-{step}.jsonl"), &output);
    }
}

#[test]
fn a_problem_keeps_its_form_and_its_place() {
    for (command, name) in [("check", "broken"), ("check", "doubtful"), ("test", "doubtful")] {
        let output = printed(&[command, &format!("{name}.json"), "--format", "json"]);
        keeps(&format!("problem-1/{command}-{name}.jsonl"), &output);
    }
}

/// A golden run that misses a kind of event would not notice its end.
#[test]
fn the_golden_runs_have_every_kind_of_event_and_outcome() {
    let seen = |texts: Vec<String>| -> BTreeSet<String> {
        let lines = texts.iter().flat_map(|text| objects(text).into_iter().skip(1)).collect::<Vec<_>>();
        let events = lines.iter().flat_map(|line| line["events"].as_array().unwrap());
        let kinds = events.map(|event| event["kind"].as_str().unwrap().to_owned());
        let outcomes = lines.iter().map(|line| {
            let keys = line["outcome"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            format!("outcome with {}", keys.join(", "))
        });
        kinds.chain(outcomes).collect()
    };
    let golden = std::fs::read_dir(folder().join("run-1")).unwrap();
    let golden = seen(golden.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect());
    let names = pagewalk::scenario::library::ALL.iter().map(|builtin| builtin.name);
    let built_in = seen(names.map(|name| printed(&["run", name, "--format", "jsonl"])).collect());
    let missing: Vec<&String> = built_in.difference(&golden).collect();
    assert!(missing.is_empty(), "no golden run has {missing:?}: write a scenario that does");
}

#[test]
fn the_format_accepts_what_it_has_accepted() {
    let path = folder().join("scenario-1.schema.json");
    let now = narrower::without_words(&schema());
    let Ok(golden) = std::fs::read_to_string(&path) else {
        std::fs::write(&path, format!("{now:#}\n")).unwrap();
        panic!("tests/golden/scenario-1.schema.json is new: run the test again");
    };
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let lost = narrower::lost(&golden, &now);
    assert!(lost.is_empty(), "format 1 accepts less than it did: this needs format 2\n{}", lost.join("\n"));
    assert_eq!(golden["properties"]["format"], now["properties"]["format"], "the number of the format");
}

#[test]
fn a_schema_may_accept_more_and_not_less() {
    let old = json!({
        "type": "object", "required": ["op"], "properties": { "op": { "enum": ["a", "b"] }, "n": { "$ref": "#/definitions/N" } },
        "definitions": { "N": { "type": "integer", "maximum": 8 } },
    });
    let with = |path: &str, value: Value| {
        let mut new = old.clone();
        *new.pointer_mut(path).unwrap() = value;
        narrower::lost(&old, &new)
    };
    for (path, value) in [
        ("/required", json!([])),
        ("/properties/op/enum", json!(["b", "c", "a"])),
        ("/properties/n", json!({ "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/N" }] })),
        ("/definitions/N/maximum", json!(9)),
        ("/definitions/N", json!({ "description": "any" })),
    ] {
        assert!(with(path, narrower::without_words(&value)).is_empty(), "{path}: {value}");
    }
    for (path, value) in [
        ("/required", json!(["op", "n"])),
        ("/properties/op/enum", json!(["a"])),
        ("/properties", json!({ "op": { "enum": ["a", "b"] } })),
        ("/definitions/N/maximum", json!(7)),
        ("/definitions/N", json!({ "type": "string" })),
        ("/definitions/N", json!({ "type": "integer", "maximum": 8, "minimum": 0 })),
        ("/properties/n", json!({ "anyOf": [{ "type": "string" }, { "type": "boolean" }] })),
    ] {
        assert!(!with(path, value.clone()).is_empty(), "{path}: {value}");
    }
}

#[test]
fn what_is_new_passes_and_what_is_changed_does_not() {
    let golden = json!({ "step": 1, "events": [{ "kind": "a", "n": 1 }, { "kind": "b" }], "error": "no frame", "list": [1, 2] });
    let with = |key: &str, value: Value| {
        let mut now = golden.clone();
        now[key] = value;
        embedded::check(&golden, &now)
    };
    assert_eq!(with("new", json!([])), Ok(()));
    assert_eq!(with("error", json!("there is no frame")), Ok(()), "words may be other words");
    let more =
        json!([{ "kind": "new" }, { "kind": "a", "n": 1, "why": "x" }, { "kind": "new" }, { "kind": "b" }]);
    assert_eq!(with("events", more), Ok(()));
    for (key, value) in [
        ("step", json!(2)),
        ("step", json!("1")),
        ("error", json!(null)),
        ("list", json!([1, 2, 3])),
        ("list", json!([2, 1])),
        ("events", json!([{ "kind": "b" }, { "kind": "a", "n": 1 }])),
        ("events", json!([{ "kind": "a", "n": 2 }, { "kind": "b" }])),
        ("events", json!([{ "kind": "a", "n": 1 }])),
    ] {
        assert!(with(key, value.clone()).is_err(), "{key}: {value}");
    }
    assert!(embedded::check(&golden, &json!({ "step": 1 })).is_err());
}
