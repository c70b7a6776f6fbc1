//! What `expect` is held against, and what is said of it that does not hold.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

use pagewalk::scenario::Source;
use pagewalk::story::Story;

/// What does not hold of a scenario with these steps.
fn told(steps: &str) -> Vec<String> {
    let text = format!(
        r#"{{ "format": 1, "title": "x", "programs": {{ "a": {{}}, "b": {{ "text": "40K" }} }},
              "files": {{ "n": {{ "text": "0123456789" }} }}, "steps": [ {steps} ] }}"#
    );
    let mut story = Story::read(Source::new("test.json", text)).unwrap();
    story.check().iter().map(ToString::to_string).collect()
}

#[test]
fn the_pages_of_a_spawn_are_those_of_the_new_process() {
    let spawn_b = |pages: &str| {
        told(&format!(
            r#"{{ "op": "spawn", "program": "a" }},
               {{ "op": "spawn", "program": "b", "process": "a", "expect": {{ "pages": [{pages}] }} }}"#
        ))
    };
    // The guard of the new process lies where the old one has nothing.
    assert_eq!(spawn_b(r#"{ "at": "guard", "flags": "VRW-----" }"#), [""; 0]);
    assert_eq!(spawn_b(r#"{ "at": "guard", "process": "a", "flags": "VRW-----" }"#), [""; 0]);
    assert_eq!(
        spawn_b(r#"{ "at": "text", "flags": "VRW-----" }"#),
        ["expected flags to be VRW-----, but it is VR-XU---"]
    );
}

#[test]
fn names_mean_what_they_meant_before_the_step() {
    let push = |value: &str| {
        told(&format!(
            r#"{{ "op": "spawn", "program": "a" }},
               {{ "op": "push", "bytes": 16, "value": 7, "expect": {{ "stval": "{value}" }} }}"#
        ))
    };
    assert_eq!(push("sp - 16").len(), 1, "there is no exception");
    assert!(push("sp - 16")[0].starts_with("expected stval to be 0x"), "{:?}", push("sp - 16"));
    let before = told(
        r#"{ "op": "spawn", "program": "a" },
           { "op": "sbrk", "bytes": "8K", "expect": { "value": "brk" } },
           { "op": "sbrk", "bytes": "8K", "expect": { "value": "brk + 8" } },
           { "op": "mmap", "length": "4K", "as": "m", "expect": { "value": "m" } }"#,
    );
    assert_eq!(before.len(), 1, "{before:?}");
}

#[test]
fn a_step_that_was_passed_over_says_in_which_step_its_process_ended() {
    let passed_over = "the step was passed over: a was killed in step 2";
    let found = told(
        r#"{ "op": "spawn", "program": "a" }, { "op": "load", "at": "heap + 64K" },
           { "op": "load", "at": "data",
             "expect": { "ok": true, "scause": 13, "pa": 1, "value": 1 } },
           { "op": "load", "at": "data", "expect": { "ok": false, "killed": true } }"#,
    );
    assert_eq!(found.len(), 5, "{found:?}");
    assert!(found.iter().all(|problem| problem.ends_with(passed_over)), "{found:?}");
    let found = told(
        r#"{ "op": "spawn", "program": "a" }, { "op": "spawn", "program": "b" }, { "op": "exit" },
           { "op": "load", "process": "a", "at": "data" },
           { "op": "load", "process": "b", "at": "data", "expect": { "ok": true } }"#,
    );
    assert_eq!(found, ["expected ok to be true, but the step was passed over: b ended in step 3"]);
}

#[test]
fn a_file_ends_where_it_says() {
    let word = |at: &str, value: &str| {
        told(&format!(
            r#"{{ "op": "spawn", "program": "a",
                  "expect": {{ "files": [ {{ "name": "n", "at": {at}, "value": "{value}" }} ] }} }}"#
        ))
    };
    assert_eq!(word("2", "0x3938373635343332"), [""; 0]);
    assert_eq!(word("8", "0x3938"), [""; 0]);
    for at in ["10", "100", "4092", "4096", "-8"] {
        assert_eq!(word(at, "0"), ["expected value to be 0x0, but it is past the end of the file"], "{at}");
    }
}

#[test]
fn the_free_list_and_physical_memory_are_compared_frame_by_frame() {
    let spawned =
        |expect: &str| told(&format!(r#"{{ "op": "spawn", "program": "a", "expect": {{ {expect} }} }}"#));
    let right = r#""free_list": [ "0x80035000", "0x80035000 - page" ],
        "memory": [ { "at": "0x80035000", "physical": true, "value": "0x80034000" } ]"#;
    assert_eq!(spawned(right), [""; 0]);
    assert_eq!(
        spawned(r#""free_list": [ "0x80035000", "0x80035000" ], "tlb_reach": "4K""#),
        [
            "expected tlb_reach to be 4096, but it is 0",
            "expected free_list to be 0x80035000, but it is 0x80034000"
        ]
    );
    assert_eq!(
        spawned(r#""pages": [ { "at": "stack", "level": 1 } ]"#),
        ["expected level to be 1, but it is 0"]
    );
}

/// What does not hold is counted, and what nobody is told is not kept.
#[test]
fn of_very_many_that_do_not_hold_some_are_kept() {
    let wrong = r#"{ "op": "switch", "expect": { "ok": false, "traps": "+1", "cycles": "+7" } }"#;
    let text = format!(
        r#"{{ "format": 1, "title": "x", "programs": {{ "a": {{}} }}, "steps": [
               {{ "op": "spawn", "program": "a" }}, {{ "repeat": 2000, "steps": [ {wrong}, {wrong} ] }}, {wrong} ] }}"#
    );
    let mut story = Story::read(Source::new("test.json", text)).unwrap();
    let verdicts = story.verdicts();
    assert_eq!(verdicts.iter().map(|verdict| verdict.failed).sum::<usize>(), 3 * 4001);
    assert_eq!(
        verdicts.iter().map(|verdict| verdict.problems.len()).sum::<usize>(),
        pagewalk::story::MAX_KEPT + 1
    );
    let last = verdicts.last().unwrap();
    assert_eq!((last.step, last.failed, last.problems.len()), (4001, 3, 1));
}
