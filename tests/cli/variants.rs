//! `variants`: named settings, chosen on the command line, and all of them checked.

use super::binary::{run, run_in, scratch};
use super::{fed, good, unusable};
use serde_json::Value;

const FILE: &str = "tests/good/variants.json";
const TEXT: &str = include_str!("../good/variants.json");

fn head(arguments: &[&str]) -> Value {
    let ran = run([&["run", FILE, "--format", "jsonl"], arguments].concat());
    serde_json::from_str(good(&ran).lines().next().unwrap()).unwrap()
}

#[test]
fn its_settings_are_put_over_the_scenarios_and_those_of_the_command_line_over_both() {
    let plain = head(&[]);
    assert_eq!((&plain["kernel"]["fork"], &plain["variant"]), (&"cow".into(), &Value::Null));
    let copying = head(&["--variant", "copying fork"]);
    assert_eq!((&copying["kernel"]["fork"], &copying["variant"]), (&"copy".into(), &"copying fork".into()));
    assert_eq!(copying["machine"], plain["machine"], "what it does not name stays");
    let small = head(&["--variant", "hardly a TLB", "--set", "kernel.heap=lazy"]);
    let tlb = &small["machine"]["tlb"];
    assert_eq!((&tlb["entries"], &tlb["ways"]), (&2.into(), &2.into()));
    assert_eq!(small["kernel"]["heap"], "lazy");
}

#[test]
fn every_command_takes_one() {
    for command in ["run", "show", "check", "test"] {
        let ran = run([command, FILE, "--variant", "copying frok"]);
        assert!(ran.out.lines().count() <= 3, "{}", ran.out);
        assert!(ran.err.contains("error: there is no variant \"copying frok\"\n"), "{}", ran.err);
        assert!(
            ran.err.contains("did you mean \"copying fork\"? Known here: \"copying fork\", \"hardly a TLB\"")
        );
        assert!(ran.err.contains("variants.json:6:3"), "{}", ran.err);
    }
    let ran = run(["check", "--variant", "x", "array-walk"]);
    assert!(unusable(&ran).contains("there is no variant \"x\": this scenario has none"));
    assert!(run([FILE, "--variant", "x"]).err.contains("there is no variant"));
    assert_eq!(run(["test", FILE]).status, 0);
    assert_eq!(run(["test", FILE, "--variant", "copying fork"]).status, 1, "expectations are the scenario's");
    let shown = run(["show", FILE, "--variant", "copying fork", "--size", "160x40"]);
    assert!(good(&shown).contains("copying fork \u{b7} sv39 \u{b7} fork copy"), "{}", shown.out);
}

#[test]
fn check_runs_every_one_of_them() {
    assert!(good(&run(["check", FILE])).ends_with(" events, 2 variants\n"));
    // With so few frames a copying fork is refused, and the child's step names a process that never was.
    let text = TEXT.replace("\"machine\": { ", "\"machine\": { \"frames\": 18, ").replace(
        "\"expect\": { \"frames_copied\": 0 } }",
        "\"note\": \"\" }, { \"op\": \"switch\", \"process\": \"child\" }",
    );
    let folder = scratch("variants");
    std::fs::write(folder.join("a.json"), &text).unwrap();
    let ran = run_in(&folder, ["check", "--format", "short", "a.json"]);
    assert_eq!(ran.status, 2);
    assert_eq!(
        ran.out,
        "a.json:14:79: error: there is no process \"child\" (in the variant \"copying fork\")\n"
    );
    good(&run_in(&folder, ["check", "a.json", "--variant", "hardly a TLB"]));
    good(&run_in(&folder, ["run", "a.json"]));
}

#[test]
fn what_is_wrong_in_one_is_told_once_chosen_or_not() {
    for arguments in [&["check", "-"][..], &["check", "-", "--variant", "copying fork"]] {
        let ran = fed(arguments, TEXT.replace("\"copy\"", "\"cpoy\""));
        assert_eq!(ran.err.matches("error: ").count(), 2, "{}", ran.err);
        assert!(ran.err.contains("unknown value \"cpoy\"") && ran.err.contains(":7:86"), "{}", ran.err);
    }
}

#[test]
fn list_names_those_of_the_built_ins() {
    let ran = run(["list", "--format", "jsonl"]);
    for line in good(&ran).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let scenario = run(["check", line["name"].as_str().unwrap()]);
        let count = line["variants"].as_array().unwrap().len();
        assert_eq!(good(&scenario).contains("variant"), count > 0, "{line}");
    }
}
