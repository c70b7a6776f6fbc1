//! The JSON Schema is the format's: it is current, complete, and fits the scenarios that are good and none that is not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

use pagewalk::scenario::schema::schema;
use pagewalk::scenario::{Folder, Source};
use pagewalk::story::Story;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Every scenario of a folder: its name, and what it says.
fn scenarios(folder: &str) -> Vec<(String, Value)> {
    files(folder).into_iter().filter(|(_, json)| json["title"].is_string()).collect()
}

/// Every JSON file of a folder, those that are included as well.
fn files(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    })
    .collect()
}

/// The scenarios that the reference shows, and its pieces of some as scenarios.
fn examples() -> Vec<(String, Value)> {
    let reference = include_str!("../scenarios/README.md");
    let blocks = reference.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let whole = |block: &str| match block {
        _ if block.starts_with('"') => format!(r#"{{ "format": 1, "title": "", "steps": [], {block} }}"#),
        _ if block.contains("\"title\"") => block.to_owned(),
        // A prelude, of which the steps are looked at.
        _ if block.contains("\"format\"") => block.replace("\"format\"", "\"title\": \"\", \"format\""),
        _ => format!(r#"{{ "format": 1, "title": "", "steps": [{block}] }}"#),
    };
    let example = |(at, block)| (format!("example {at}"), serde_json::from_str(&whole(block)).unwrap());
    blocks.enumerate().map(example).collect()
}

#[test]
fn the_file_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenario.schema.json");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(written == schema(), "renew it: cargo run -- schema > assets/scenario.schema.json");
}

#[test]
fn every_good_scenario_fits() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let all = [scenarios("scenarios"), scenarios("tests/good"), examples()].concat();
    assert!(all.len() > 40, "only {} scenarios", all.len());
    for (name, scenario) in all {
        let wrong: Vec<String> = validator.iter_errors(&scenario).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn every_prelude_fits_the_schema_beside_the_scenarios() {
    let mut schema = schema();
    schema["$ref"] = "#/definitions/Prelude".into();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (preludes, others): (Vec<_>, Vec<_>) =
        files("tests/good").into_iter().partition(|(name, _)| name.starts_with("prelude"));
    assert!(!preludes.is_empty() && preludes.iter().all(|(_, prelude)| validator.is_valid(prelude)));
    assert!(others.iter().all(|(_, scenario)| !validator.is_valid(scenario)));
}

#[test]
fn every_built_in_names_the_schema() {
    for (name, scenario) in scenarios("scenarios") {
        assert_eq!(scenario["$schema"], "../assets/scenario.schema.json", "{name}");
    }
}

#[test]
fn what_is_not_the_format_does_not_fit() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let step = |step: Value| json!({ "format": 1, "title": "", "steps": [step] });
    let with = |key: &str, value: Value| {
        let mut scenario = json!({ "format": 1, "title": "", "steps": [] });
        scenario[key] = value;
        scenario
    };
    let good = step(json!({ "op": "load", "at": "heap", "width": "4", "note": "" }));
    assert!(validator.is_valid(&good));
    for scenario in [
        json!({}),
        json!([]),
        json!({ "format": 1, "title": "" }),
        with("format", json!(2)),
        with("title", Value::Null),
        with("titel", json!("")),
        with("kernel", json!("nnoe")),
        with("kernel", json!({ "fork": "cpoy" })),
        with("kernel", json!({ "frok": "cow" })),
        with("machine", json!({ "paging": "sv40" })),
        with("machine", json!({ "paging": { "va_bits": 16, "page": "1K" } })),
        with("machine", json!({ "frames": "12k" })),
        with("machine", json!({ "frames": -1 })),
        with("machine", json!({ "frames": 1.5 })),
        with("machine", json!({ "harts": 9 })),
        with("machine", json!({ "tlb": { "entries": [] } })),
        with("machine", json!({ "costs": { "disc": 1 } })),
        with("variants", json!([])),
        with("variants", json!({ "copying": { "fork": "copy" } })),
        with("variants", json!({ "copying": { "kernel": { "fork": "cpoy" } } })),
        with("programs", json!({ "sh": { "text": true } })),
        with("programs", json!({ "sh": "4K" })),
        with("files", json!({ "notes": {} })),
        with("files", json!({ "notes": { "text": "", "size": 1 } })),
        step(json!(5)),
        step(json!({})),
        step(json!({ "op": "laod", "at": 0 })),
        step(json!({ "op": "load" })),
        step(json!({ "op": "load", "at": 0, "value": 1 })),
        step(json!({ "op": "load", "at": "heap & 1" })),
        step(json!({ "op": "load", "at": 0, "width": 3 })),
        step(json!({ "op": "load", "at": 0, "width": null })),
        step(json!({ "op": "load", "at": 0, "expect": { "ook": true } })),
        step(json!({ "op": "load", "at": 0, "expect": { "walks": "many" } })),
        step(json!({ "op": "load", "at": 0, "expect": { "pages": [{ "refs": 1 }] } })),
        step(json!({ "op": "load", "at": 0, "expect": { "pages": [{ "at": 0, "flags": "RW" }] } })),
        step(json!({ "op": "load", "at": 0, "expect": { "processes": [{ "name": "a", "state": "dead" }] } })),
        step(json!({ "op": "load", "at": 0, "expect": { "memory": [{ "at": 0 }] } })),
        step(json!({ "op": "load", "at": 0, "expect": { "tlb": [{ "stale": true }] } })),
        step(json!({ "op": "load", "at": 0, "ask": 1 })),
        step(json!({ "op": "load", "at": 0, "ask": { "question": "" } })),
        step(
            json!({ "op": "load", "at": 0, "ask": { "question": "", "answers": [{ "text": "", "why": "" }] } }),
        ),
        step(
            json!({ "op": "load", "at": 0, "ask": { "question": "", "answers": [{ "text": "" }, { "text": "" }] } }),
        ),
        step(json!({ "op": "mmap", "prot": "w" })),
        step(json!({ "op": "push", "bytes": 8, "times": 0 })),
        step(json!({ "op": "touch", "pages": [] })),
        step(json!({ "op": "privilege", "level": "M" })),
        step(json!({ "op": "csr", "stap": 0 })),
        step(json!({ "op": "csr", "satp": { "PNP": 0 } })),
        step(json!({ "op": "switch", "chapter": "" })),
        step(json!({ "chapter": "", "note": "" })),
        step(json!({ "repeat": 2 })),
        step(json!({ "repeat": 2, "var": "i", "random": { "seed": 1 }, "steps": [] })),
        step(json!({ "repeat": 2, "var": "i", "random": { "below": 1 }, "steps": [] })),
        step(json!({ "repeat": 2, "var": "i", "random": { "seed": 1, "below": 0 }, "steps": [] })),
        step(json!({ "repeat": 2, "var": "i", "random": { "seed": 1, "of": [] }, "steps": [] })),
        step(json!({ "repeat": 2, "var": "i", "random": { "seed": 1, "below": 2, "of": [1] }, "steps": [] })),
        step(json!({ "include": {} })),
        step(json!({ "include": "a", "steps": [] })),
        step(json!({ "repeat": 2, "steps": [{ "op": "laod" }] })),
    ] {
        assert!(!validator.is_valid(&scenario), "this fits: {scenario}");
    }
}

/// Calls `found` with every schema in a schema that describes the value of a key, and that key.
fn properties(schema: &Value, found: &mut dyn FnMut(&str, &Value)) {
    match schema {
        Value::Object(fields) => {
            for (key, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
                found(key, property);
            }
            fields.values().for_each(|value| properties(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}

#[test]
fn every_key_has_a_description_and_an_example() {
    let mut missing = BTreeSet::new();
    let mut count = 0;
    properties(&schema(), &mut |key, property| {
        count += 1;
        let refers = property.to_string().contains("$ref");
        let fixed = ["const", "default"].iter().any(|word| property.get(word).is_some());
        if !(property["examples"].is_array() || refers || fixed) {
            missing.insert(format!("{key}: no example"));
        }
        if !(property["description"].is_string() || property.get("const").is_some()) {
            missing.insert(format!("{key}: no description"));
        }
    });
    assert!(count > 150, "only {count} keys");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// All keys of a schema and all words that can stand at one.
fn names(schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    properties(schema, &mut |key, _| {
        names.insert(key.to_owned());
    });
    fn words(schema: &Value, names: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                names.extend(fields.get("const").and_then(Value::as_str).map(str::to_owned));
                let choices = fields.get("enum").and_then(Value::as_array).into_iter().flatten();
                names.extend(choices.filter_map(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| words(value, names));
            }
            Value::Array(items) => items.iter().for_each(|item| words(item, names)),
            _ => {}
        }
    }
    words(schema, &mut names);
    names
}

/// All keys and words of a scenario.
fn used(scenario: &Value, found: &mut BTreeSet<String>) {
    match scenario {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            found.insert(key.clone());
            used(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| used(item, found)),
        Value::String(word) => {
            found.insert(word.clone());
        }
        _ => {}
    }
}

#[test]
fn every_key_and_every_word_is_used_by_a_scenario_that_is_run() {
    let mut found = BTreeSet::new();
    for (_, scenario) in [files("scenarios"), files("tests/good")].concat() {
        used(&scenario, &mut found);
    }
    let names = names(&schema());
    assert!(names.len() > 120, "only {} names", names.len());
    let missing: Vec<&String> = names.difference(&found).collect();
    assert!(missing.is_empty(), "add them to a scenario of tests/good: {missing:?}");
}

/// Good scenarios are run, and hold what they expect.
#[test]
fn the_good_scenarios_are_good() {
    let beside = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
        std::fs::read(folder.join(name)).map_err(|error| error.to_string())
    };
    for (name, scenario) in scenarios("tests/good") {
        let source = Source { folder: Folder::new(beside), ..Source::new(name, scenario.to_string()) };
        let told = |problems: &[pagewalk::scenario::Problem]| -> String {
            problems.iter().map(|problem| problem.render(&source, false) + "\n").collect()
        };
        let story = pagewalk::story::Story::read(source.clone());
        let mut story = story.unwrap_or_else(|problems| panic!("{}", told(&problems)));
        let problems = story.check();
        assert!(problems.is_empty(), "{}", told(&problems));
    }
}

/// Every operation, with as little to do as it can be given: it has an event all the same, or is refused.
#[test]
fn every_operation_has_an_event_however_little_it_does() {
    let least = |op: &str| match op {
        "load" | "store" | "fetch" | "munmap" | "msync" => json!({ "at": 0 }),
        "touch" => json!({ "pages": [0] }),
        "push" => json!({ "bytes": 0 }),
        "fork" | "vfork" => json!({ "as": "b" }),
        "exec" | "spawn" => json!({ "program": "a" }),
        "sbrk" => json!({ "bytes": 0 }),
        "mmap" => json!({ "length": 0 }),
        "accessed" => json!({ "at": 0, "length": 0 }),
        "read" | "write" => json!({ "file": "f", "at": 0, "length": 0 }),
        "poke" => json!({ "pa": "0x80000000", "value": 0 }),
        "csr" => json!({ "satp": {} }),
        "privilege" => json!({ "level": "S" }),
        "hart" => json!({ "hart": 0 }),
        _ => json!({}),
    };
    let mut ops = BTreeSet::new();
    properties(&schema(), &mut |key, property| {
        ops.extend(property["const"].as_str().filter(|_| key == "op").map(str::to_owned));
    });
    assert!(ops.len() >= 25, "{ops:?}");
    for op in ops {
        let mut step = least(&op);
        step["op"] = json!(op);
        if op == "store" {
            step["value"] = json!(0);
        }
        let bare = json!({ "kernel": "none", "steps": [step] });
        let process = |steps: Value| json!({ "programs": { "a": {} }, "files": { "f": { "size": 0 } }, "steps": steps });
        let spawn = json!({ "op": "spawn", "program": "a" });
        let alive = process(json!([spawn, step]));
        let ended = process(json!([spawn, { "op": "exit" }, step]));
        let runs = [bare, alive, ended].into_iter().filter_map(|mut scenario| {
            (scenario["format"], scenario["title"]) = (json!(1), json!("t"));
            match Story::read(Source::new("t", scenario.to_string())) {
                Ok(story) => Some(story),
                Err(problems) => {
                    let told = problems.iter().map(|problem| problem.title()).collect::<Vec<_>>().join("; ");
                    assert!(!told.contains("pagewalk itself"), "{op}: {told}");
                    None
                }
            }
        });
        assert!(runs.count() > 0, "{op} is refused on every machine");
    }
}
