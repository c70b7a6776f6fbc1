//! The one layout of scenarios: formatting twice is formatting once, nothing that is said changes, and the built-in
//! scenarios have it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

use pagewalk::scenario::format::{COLUMNS, format};
use pagewalk::scenario::library::ALL;
use pagewalk::scenario::{Source, read};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn formatted(text: &str) -> String {
    format(&Source::new("test.json", text)).unwrap_or_else(|problems| panic!("{problems:?}: {text}"))
}

fn refused(text: &str) -> String {
    format(&Source::new("test.json", text)).unwrap_err()[0].to_string()
}

#[test]
fn every_built_in_scenario_is_formatted() {
    for builtin in ALL {
        assert!(formatted(builtin.text) == builtin.text, "run: pagewalk fmt scenarios/{}.json", builtin.name);
    }
}

/// However a scenario was laid out before, the layout is the same, and so is what it says.
#[test]
fn the_layout_of_before_leaves_no_trace() {
    for builtin in ALL {
        let value: Value = serde_json::from_str(builtin.text).unwrap();
        let lines: String = builtin.text.lines().map(|line| format!("\t{}  \r\n", line.trim())).collect();
        assert_eq!(formatted(&lines), builtin.text, "{}", builtin.name);
        // This sorts keys, deep inside as well, so that only the value is the same.
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let text = formatted(&text);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value, "{}", builtin.name);
            assert_eq!(formatted(&text), text, "{}", builtin.name);
            let (before, after) = (builtin.source(), Source { text, ..builtin.source() });
            let (before, after) = (read::read(before).unwrap(), read::read(after).unwrap());
            assert_eq!(before.ops(), after.ops(), "{}", builtin.name);
        }
    }
}

const STEP: &str =
    r#"{ "op": "store", "at": "heap", "value": "0x41", "note": "A long note.", "expect": { "scause": 15 } }"#;

#[test]
fn a_step_is_broken_when_it_needs_one_column_too_many() {
    let scenario =
        |step: &str| formatted(&format!(r#"{{ "format": 1, "steps": [{step}, {{ "op": "switch" }}] }}"#));
    let line = |text: &str| text.lines().find(|line| line.contains("\"op\"")).unwrap().chars().count();
    let spare = COLUMNS - line(&scenario(STEP));
    let fill = |more: usize| STEP.replace("long", &format!("long{}", "g".repeat(more)));
    let fits = scenario(&fill(spare));
    assert_eq!((line(&fits), fits.lines().count()), (COLUMNS, 7), "{fits}");
    let broken = scenario(&fill(spare + 1));
    let expected = r#"
    { "op": "store", "at": "heap", "value": "0x41",
      "note": "A long"#;
    assert!(broken.contains(expected), "{broken}");
    assert!(
        broken.contains("\",\n      \"expect\": { \"scause\": 15 } },\n    { \"op\": \"switch\" }\n  ]\n}\n"),
        "{broken}"
    );
    // Wide characters need two.
    let wide = scenario(&fill(spare - 2).replace("A long", "A \u{6b65} long"));
    assert!(wide.contains("\n      \"note\": \"A \u{6b65} long"), "{wide}");
}

#[test]
fn chapters_have_air_and_repetitions_a_block() {
    let text = r#"{"steps":[{"chapter":"A"},{"op":"switch"},{"chapter":"B"},
        {"repeat":2,"var":"i","steps":[{"op":"load","at":"heap + i * page"}]},
        {"repeat":2,"var":"i","steps":[{"chapter":"C"},{"op":"load","at":"heap + i * page","note":
        "Each page faults once. The kernel maps a frame of zeros, and the load is tried again."}],"note":1}],"format":1}"#;
    let expected = r#"{
  "format": 1,
  "steps": [
    { "chapter": "A" },
    { "op": "switch" },

    { "chapter": "B" },
    { "repeat": 2, "var": "i", "steps": [ { "op": "load", "at": "heap + i * page" } ] },
    { "repeat": 2, "var": "i", "steps": [
      { "chapter": "C" },
      { "op": "load", "at": "heap + i * page",
        "note": "Each page faults once. The kernel maps a frame of zeros, and the load is tried again." }
    ],
      "note": 1 }
  ]
}
"#;
    assert_eq!(formatted(text), expected);
}

#[test]
fn keys_stand_in_the_order_of_the_reference_and_unknown_ones_stay() {
    let text = r#"{ "steps": [], "x": 1, "title": "", "format": 1, "y": 2, "$schema": "s", "kernel": {} }"#;
    let keys: Vec<String> = formatted(text)
        .lines()
        .filter_map(|line| line.trim().split_once(':').map(|(key, _)| key.to_owned()))
        .collect();
    assert_eq!(
        keys,
        ["$schema", "x", "format", "title", "y", "kernel", "steps"].map(|key| format!("{key:?}"))
    );
    // Inside, order is the author's.
    let step = formatted(r#"{ "steps": [ { "title": 1, "format": 2 } ] }"#);
    assert!(step.contains(r#"{ "title": 1, "format": 2 }"#), "{step}");
}

#[test]
fn strings_and_numbers_are_copied_as_they_are_written() {
    let text =
        r#"{ "a\u0062": [ "\u0041\/\n", 1.50, -0, 1E+3, 12345678901234567890123, "0x0F_F0" ], "é": "é" }"#;
    let expected = "{\n  \"a\\u0062\": [ \"\\u0041\\/\\n\", 1.50, -0, 1E+3, 12345678901234567890123, \"0x0F_F0\" ],\n  \
         \"é\": \"é\"\n}\n";
    assert_eq!(formatted(text), expected);
}

#[test]
fn what_is_not_json_is_refused() {
    assert_eq!(refused(r#"{ "a": 1, "a": 2 }"#), "the key \"a\" is here for the second time");
    assert_eq!(refused(r#"{ "a": 1, "\u0061": 2 }"#), "the key \"a\" is here for the second time");
    assert_eq!(refused("{ \"a\": 1 // why\n }"), "a comment: JSON has none");
    assert_eq!(refused("[1,]"), "a comma with nothing after it");
    assert_eq!(refused("{ 'a': 1 }"), "a string in single quotes");
    assert_eq!(refused("0x10"), "a hexadecimal number: JSON has none");
    assert_eq!(refused(" "), "the file is empty");
}

/// Keys that mean something and keys that do not, so that each kind of layout comes up.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["steps", "note", "ask", "expect", "chapter", "repeat", "op", "format", "title"])
            .prop_map(str::to_owned),
        1 => ".{0,12}",
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 200, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..8)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formatting_changes_nothing_that_is_said_and_formatting_again_nothing_at_all(value in json()) {
        let text = value.to_string();
        let once = formatted(&text);
        prop_assert_eq!(&formatted(&serde_json::to_string_pretty(&value).unwrap()), &once);
        // Both are read: serde_json reads some numbers not quite as it has written them.
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        prop_assert_eq!(read(&once), read(&text));
        prop_assert_eq!(&formatted(&once), &once);
        prop_assert!(once.ends_with('\n') && !once.ends_with("\n\n"));
        prop_assert!(once.lines().all(|line| line.trim_end() == line || line.contains('"')), "{}", once);
    }
}
