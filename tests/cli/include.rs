//! `include`: the steps of a file beside the scenario, and all that keeps it from being read.

use super::binary::{Ran, run_in, scratch};
use super::{fed, good, unusable};
use insta::assert_snapshot;
use std::fs;
use std::path::{Path, PathBuf};

const PRELUDE: &str = r#"{
  "format": 1,
  "programs": { "sh": { "heap": "8K" } },
  "steps": [ { "op": "spawn", "program": "sh", "as": "shell" } ]
}
"#;

/// A folder with a scenario of these steps, and a prelude.
fn folder(name: &str, steps: &str, prelude: &str) -> PathBuf {
    let folder = scratch(name);
    fs::create_dir(folder.join("course")).unwrap();
    let scenario = format!(
        "{{ \"format\": 1, \"title\": \"t\", \"programs\": {{ \"ls\": {{}} }},\n  \"steps\": [\n    {steps}\n  ] }}\n"
    );
    fs::write(folder.join("course/scenario.json"), scenario).unwrap();
    fs::write(folder.join("course/prelude.json"), prelude).unwrap();
    folder
}

fn check(folder: &Path) -> Ran {
    run_in(folder, ["check", "course/scenario.json"])
}

/// What is wrong, in short.
fn short(folder: &Path) -> String {
    run_in(folder, ["check", "--format", "short", "course/scenario.json"]).out
}

const INCLUDE: &str = r#"{ "include": "prelude.json" }, { "op": "exec", "program": "ls" }"#;

#[test]
fn its_steps_stand_where_it_is_named_and_its_programs_are_the_scenarios() {
    let folder = folder("include-good", INCLUDE, PRELUDE);
    assert!(good(&check(&folder)).starts_with("course/scenario.json: good, 2 steps, "));
    let ran = run_in(&folder.join("course"), ["run", "scenario.json"]);
    let steps: Vec<&str> = good(&ran).lines().filter(|line| line.starts_with(char::is_numeric)).collect();
    assert_eq!(steps, ["1. spawn sh \u{2192} shell", "2. exec ls"]);
    assert_eq!(run_in(&folder, ["fmt", "--check", "course/prelude.json"]).out, "course/prelude.json\n");
    good(&run_in(&folder, ["fmt", "course/prelude.json"]));
    assert!(
        fs::read_to_string(folder.join("course/prelude.json")).unwrap().contains("\n    { \"op\": \"spawn\"")
    );
    good(&check(&folder));
}

#[test]
fn what_is_wrong_in_it_is_told_there() {
    let prelude = PRELUDE.replace("\"8K\"", "\"8 K\"").replace("\"as\":", "\"sa\":");
    let folder = folder("include-broken", INCLUDE, &prelude);
    assert_snapshot!("include-broken", unusable(&check(&folder)));
    let ran = run_in(&folder, ["test", "--format", "junit", "course/scenario.json"]);
    assert!(ran.out.contains("course/prelude.json:3:"), "{}", ran.out);
}

#[test]
fn an_expectation_that_does_not_hold_is_told_there() {
    let prelude = PRELUDE.replace("\"shell\"", "\"shell\", \"expect\": { \"value\": 7 }");
    let folder = folder("include-failing", INCLUDE, &prelude);
    let ran = run_in(&folder, ["test", "--format", "short", "course/scenario.json"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.starts_with("course/prelude.json:4:"), "{}", ran.out);
    let ran = run_in(&folder, ["test", "--format", "junit", "course/scenario.json"]);
    assert!(ran.out.contains("file=\"course/prelude.json\" line=\"4\""), "{}", ran.out);
}

#[test]
fn only_a_file_of_the_folder_can_be_included() {
    for (at, (name, problem)) in [
        ("../outside.json", "is not the plain name of a file"),
        ("/etc/passwd", "is not the plain name of a file"),
        ("..", "is not the plain name of a file"),
        ("gone.json", "there is no file"),
        ("folder", "is not a file"),
        ("long.json", "has more than 4 MiB"),
        ("bytes.json", "is not UTF-8, at byte 1"),
        ("empty.json", "the file is empty"),
        ("list.json", "this must be an object"),
        #[cfg(unix)]
        ("link.json", "leads out of the folder"),
    ]
    .into_iter()
    .enumerate()
    {
        let steps = format!("{{ \"include\": \"{name}\" }}, {{ \"op\": \"spawn\", \"program\": \"ls\" }}");
        let folder = folder(&format!("include-refused-{at}"), &steps, PRELUDE);
        let course = folder.join("course");
        fs::write(folder.join("outside.json"), PRELUDE).unwrap();
        fs::create_dir(course.join("folder")).unwrap();
        fs::write(course.join("long.json"), vec![b' '; (4 << 20) + 1]).unwrap();
        fs::write(course.join("bytes.json"), b"{\xff").unwrap();
        fs::write(course.join("empty.json"), b"").unwrap();
        fs::write(course.join("list.json"), b"[]").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("../outside.json", course.join("link.json")).unwrap();
        let told = short(&folder);
        assert!(told.contains(problem) && told.lines().count() == 1, "{name}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_within_the_folder_is_a_file_of_it() {
    let folder = folder("include-link", &INCLUDE.replace("prelude", "link"), PRELUDE);
    std::os::unix::fs::symlink("prelude.json", folder.join("course/link.json")).unwrap();
    good(&check(&folder));
}

#[test]
fn what_cannot_be_included_is_told_once() {
    let ls = PRELUDE.replace("\"sh\"", "\"ls\"");
    let heep = PRELUDE.replace("} ]", "}, { \"op\": \"load\", \"at\": \"heep\" } ]");
    let nested = PRELUDE.replace("[ {", "[ { \"include\": \"more.json\" }, {");
    let machine = PRELUDE.replace("\"steps\"", "\"machine\": {}, \"steps\"");
    let twice = format!("{INCLUDE}, {{ \"include\": \"prelude.json\" }}");
    for (at, (steps, prelude, problem)) in [
        (
            INCLUDE,
            &*ls,
            "course/prelude.json:3:17: error: course/scenario.json has a program \"ls\" already, in line 1",
        ),
        (INCLUDE, &heep, "course/prelude.json:4:88: error: \"heep\" means nothing here"),
        (INCLUDE, &nested, "course/prelude.json:4:27: error: a file that is included cannot include another"),
        (INCLUDE, &machine, "course/prelude.json:4:3: error: unknown key \"machine\""),
        (&twice, PRELUDE, "course/scenario.json:3:84: error: \"prelude.json\" is included already"),
        (
            r#"{ "include": { "format": 1, "steps": [] } }"#,
            PRELUDE,
            "course/scenario.json:3:18: error: found an object, but this must be the name of a file",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let told = short(&folder(&format!("include-wrong-{at}"), steps, prelude));
        assert!(told.starts_with(problem) && told.lines().count() == 1, "{told}\n{problem}");
    }
}

#[test]
fn standard_input_and_built_ins_have_their_own_folders() {
    let scenario = r#"{ "format": 1, "title": "t", "steps": [ { "include": "prelude.json" } ] }"#;
    assert!(unusable(&fed(["check", "-"], scenario)).contains("there is no folder"));
}
