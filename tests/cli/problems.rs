//! `--format short` and `json` of `check` and `test`: problems for editors and for other programs. And `--color`.

use super::binary::{Ran, command, edited, run, run_in, scratch};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A folder with a broken scenario and one that fails.
fn folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    fs::create_dir(folder.join("sub")).unwrap();
    let broken = edited("fork-exec", "\"op\": \"fetch\"", "\"op\": \"fecth\"");
    let broken = broken.replace("\"frames\": 64", "\"frames\": \"many\\u001b[2J\\n\"");
    fs::write(folder.join("sub/broken.json"), broken).unwrap();
    fs::write(folder.join("failing.json"), failing()).unwrap();
    folder
}

fn failing() -> String {
    edited("stack-overflow", "\"scause\": 15", "\"scause\": 13")
}

/// The line and the column of what fails in it.
fn place() -> (usize, usize) {
    let lines: Vec<(usize, usize)> = failing()
        .lines()
        .enumerate()
        .filter_map(|(at, line)| Some((at + 1, line.find("\"scause\": 13")? + "\"scause\": ".len() + 1)))
        .collect();
    assert_eq!(lines.len(), 1);
    lines[0]
}

fn objects(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn short_is_a_line_a_problem_with_the_path_as_it_was_given() {
    let folder = folder("problems-short");
    let ran = run_in(&folder, ["check", "--format", "short", "fork-exec", "sub/broken.json", "gone.json"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.err, "error: 2 of 3 cannot be used\n");
    insta::assert_snapshot!("problems-short", ran.out);
    assert!(ran.out.lines().all(|line| !line.contains(char::is_control)));
    let ran = run_in(&folder, ["test", "--format", "short", "failing.json", "fork-exec"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let (line, column) = place();
    assert_eq!(
        ran.out,
        format!("failing.json:{line}:{column}: error: expected scause to be 13, but it is 15\n")
    );
}

#[test]
fn json_is_an_object_a_problem_in_the_form_that_is_promised() {
    let folder = folder("problems-json");
    let ran = run_in(&folder, ["test", "--format", "json", "fork-exec", "failing.json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let (line, column) = place();
    let expected = json!({
        "format": "pagewalk-problem/1", "severity": "error", "file": "failing.json",
        "line": line, "column": column, "end_line": line, "end_column": column + 2,
        "message": "expected scause to be 13, but it is 15", "help": null,
    });
    assert_eq!(objects(&ran), [expected]);

    let ran = run_in(&folder, ["check", "--format", "json", "sub/broken.json", "gone.json"]);
    assert_eq!(ran.status, 2);
    let objects = objects(&ran);
    let told = |key: &str| objects.iter().map(|object| object[key].clone()).collect::<Vec<_>>();
    assert_eq!(told("file"), ["sub/broken.json", "sub/broken.json", "gone.json"]);
    assert_eq!(told("format"), vec!["pagewalk-problem/1"; 3]);
    assert!(objects.iter().all(|object| object.as_object().unwrap().len() == 9));
    assert!(objects[1]["help"].as_str().unwrap().starts_with("did you mean \"fetch\"?"), "{objects:?}");
    let last = objects.last().unwrap();
    assert!(["line", "column", "end_line", "end_column"].iter().all(|key| last[key].is_null()), "{last}");
    let set = run(["check", "--format", "json", "fork-exec", "--set", "kernel.x=1"]);
    let set = &self::objects(&set)[0];
    assert_eq!((&set["file"], &set["column"], &set["end_column"]), (&json!("--set"), &json!(8), &json!(9)));
}

#[test]
fn what_is_good_is_passed_over() {
    for format in ["short", "json"] {
        for command in ["check", "test"] {
            let ran = run([command, "--format", format, "fork-exec", "mmap-file"]);
            assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
        }
    }
}

#[test]
fn color_is_chosen_by_the_option_or_else_by_the_environment() {
    let coloured = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = command(arguments, &std::env::temp_dir());
        command.envs(variable);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!output.stdout.contains(&0x1b), "data never has colours by itself");
        output.stderr.contains(&0x1b)
    };
    let check = ["check", "fork-exec", "--set", "kernel.x=1"];
    let with = |color: &'static str| [&["--color", color], &check[..]].concat();
    assert!(!coloured(&check, None), "nobody sees it on a terminal");
    assert!(coloured(&with("always"), None));
    assert!(coloured(&[&check[..], &["--color", "always"]].concat(), None), "before or after the command");
    assert!(coloured(&with("always"), Some(("NO_COLOR", "1"))), "what is asked for counts more");
    assert!(coloured(&check, Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&with("never"), Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&with("auto"), None));
}

#[test]
fn a_command_has_its_scenario_after_it() {
    assert_eq!(run(["--color", "never", "list"]).status, 0);
    for arguments in [&["fork-exec", "list"][..], &["--set", "kernel.fork=copy", "run", "fork-exec"]] {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(
            ran.err.starts_with("error: a command has its scenarios and settings after it"),
            "{}",
            ran.err
        );
    }
}
