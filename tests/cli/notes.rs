//! `say`: what the speaker says is told where it is asked for, and nowhere else.

use super::binary::run;
use super::good;
use serde_json::Value;

const FILE: &str = "tests/good/ask.json";
const SAID: [&str; 2] = ["Who has heard of overcommit?", "Do not explain the page table yet."];

#[test]
fn run_with_notes_tells_what_the_speaker_says() {
    let ran = run(["run", "--notes", FILE]);
    let lines: Vec<&str> = good(&ran).lines().collect();
    let at =
        |wanted: &str| lines.iter().position(|line| *line == wanted).unwrap_or_else(|| panic!("{wanted}"));
    let heading = at("## 1. Promises");
    assert_eq!(at(&format!("   SAY: {}", SAID[0])), heading + 2);
    assert_eq!(at("1. spawn sh"), heading + 4);
    assert_eq!(at(&format!("   SAY: {}", SAID[1])), heading + 5);
    assert_eq!(ran.out.matches("SAY:").count(), 2);
}

#[test]
fn the_room_does_not_see_it() {
    for arguments in
        [&["run"][..], &["show", "--step", "0"], &["show", "--step", "1"], &["show", "--format", "json"]]
    {
        let ran = run([arguments, &[FILE]].concat());
        assert!(SAID.iter().all(|said| !good(&ran).contains(&said[..10])), "{}", ran.out);
    }
}

#[test]
fn other_programs_are_told_at_the_step_and_at_the_first_of_a_chapter() {
    let ran = run(["run", "--format", "jsonl", FILE]);
    let lines: Vec<Value> = good(&ran).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[1]["chapter_say"], &lines[1]["say"]), (&SAID[0].into(), &SAID[1].into()));
    assert!(lines[2..].iter().all(|line| line.get("say").is_none() && line.get("chapter_say").is_none()));
}
