//! The configuration: what the file says, what is wrong with it, what the command line says over it, and where it comes
//! from.

use crate::binary::{Ran, command, finish, scratch};
use insta::assert_snapshot;
use std::path::{Path, PathBuf};

/// A home of a test's own, with this configuration, if it is any.
fn home(name: &str, text: Option<&str>) -> PathBuf {
    let home = scratch(&format!("config-{name}"));
    if let Some(text) = text {
        std::fs::create_dir_all(home.join("pagewalk")).unwrap();
        std::fs::write(home.join("pagewalk/config.toml"), text).unwrap();
    }
    home
}

/// Runs the binary for the user of that home. In what it says the home is called so.
fn run(home: &Path, arguments: &[&str]) -> Ran {
    let mut command = command(arguments, Path::new(env!("CARGO_MANIFEST_DIR")));
    command.env("XDG_CONFIG_HOME", home);
    let ran = finish(command, b"");
    let called = |text: String| text.replace(home.to_str().unwrap(), "HOME");
    Ran { status: ran.status, out: called(ran.out), err: called(ran.err) }
}

/// The lines that set something, and the keys.
fn set(ran: &Ran) -> Vec<&str> {
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    ran.out.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

#[test]
fn without_a_file_all_is_explained_and_as_usual() {
    assert_snapshot!("config", run(&home("none", None), &["config"]).out);
}

#[test]
fn the_path_is_told_whether_or_not_there_is_a_file() {
    for text in [None, Some("theme = \"dark\""), Some("nonsense")] {
        let ran = run(&home("path", text), &["config", "--path"]);
        let place = Path::new("HOME").join("pagewalk").join("config.toml");
        assert_eq!((ran.status, ran.out), (0, format!("{}\n", place.display())));
    }
}

#[test]
fn the_command_line_is_over_the_file_and_the_file_over_the_defaults() {
    let text = "theme = \"light\"\nspeed = 0.5\nlayout = \"disk\"\n[keys]\nn = \"next-event\"\n";
    let home = home("layers", Some(text));
    let ran = run(&home, &["config", "--layout", "tlb", "--no-mouse", "--ascii"]);
    let expected = [
        "theme = \"light\"  # from the file",
        "ascii = true  # from the command line",
        "speed = 0.5  # from the file",
        "layout = \"tlb\"  # from the command line",
        "mouse = false  # from the command line",
        "[keys]  # from the file",
        "\"n\" = \"next-event\"",
    ];
    assert_eq!(set(&ran), expected);
    let without = run(&home, &["config", "--no-config"]);
    assert!(set(&without).iter().all(|line| line.ends_with("# the default") || *line == "[keys]  # none"));
}

#[test]
fn what_is_printed_is_a_file_that_sets_the_same() {
    let keys =
        "[keys]\n\"\\\"\" = \"quit\"\n\"\\\\\" = \"help\"\n\"ctrl-n\" = \"next-event\"\nspace = \"end\"\n";
    let text =
        format!("theme = \"okabe-ito\"\nascii = true\nspeed = 20\nlayout = \"trap\"\nmouse = false\n{keys}");
    let first = run(&home("once", Some(&text)), &["config"]);
    assert_eq!(set(&first).len(), 10);
    let second = run(&home("twice", Some(&first.out)), &["config"]);
    assert_eq!(set(&first), set(&second));
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let text = "them = \"dark\"\ntheme = \"drak\"\nascii = \"yes\"\nspeed = 3\nlayout = 7\nmouse = [1]\n[keys]\n\
                \"ctrl-n\" = \"next-evnt\"\nfoo = \"quit\"\nshift-n = \"quit\"\nctrl-c = \"help\"\nctrl-x = \"quit\"\n\
                ctrl-X = \"help\"\n";
    let ran = run(&home("wrong", Some(text)), &["config"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert_snapshot!("config-mistakes", ran.err);
}

#[test]
fn what_is_no_toml_is_told_at_its_place() {
    let text = "theme = \"dark\nspeed = 0.5\nspeed = 2\n[keys\n\u{1b}]0;x\u{7}\n";
    let ran = run(&home("broken", Some(text)), &["config"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("--> HOME/pagewalk/config.toml:1:14\n"), "{}", ran.err);
    assert!(ran.err.ends_with("help: --no-config starts pagewalk without this file\n"), "{}", ran.err);
    assert!(!ran.err.contains(['\u{1b}', '\u{7}']), "{:?}", ran.err);
    // Nesting without end is no way to run out of stack.
    let deep = format!("theme = {}", "[".repeat(60_000));
    assert_eq!(run(&home("deep", Some(&deep)), &["config"]).status, 2);
}

#[test]
fn what_cannot_be_read_is_told_with_the_way_round_it() {
    let folder = home("folder", None);
    std::fs::create_dir_all(folder.join("pagewalk/config.toml")).unwrap();
    let long = home("long", Some(&"#".repeat(70_000)));
    for (home, why) in [(folder, "this is not a file"), (long, "it has more than 65536 bytes")] {
        let ran = run(&home, &["config"]);
        let expected = format!("error: HOME/pagewalk/config.toml: {why}; --no-config starts without it\n");
        assert_eq!((ran.status, ran.err), (2, expected));
        assert_eq!(run(&home, &["config", "--no-config"]).status, 0);
    }
}

#[test]
fn a_name_that_is_none_is_refused_on_the_command_line_too() {
    let home = home("options", None);
    let ran = run(&home, &["config", "--theme", "drak"]);
    assert!(ran.status == 2 && ran.err.contains("dark, light, projector"), "{}", ran.err);
    let ran = run(&home, &["--ascii", "list"]);
    assert!(ran.status == 2 && ran.err.contains("a command has its scenarios"), "{}", ran.err);
}

#[test]
fn the_readme_tells_every_key_and_every_name() {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("\n## Configuration\n").expect("the README has a section for it");
    let (section, _) = section.split_once("\n## ").unwrap();
    let ran = run(&home("readme", None), &["config"]);
    let (_, actions) = ran.out.split_once("It can do: ").unwrap();
    let actions = actions.split("[keys]").next().unwrap().replace("\n# ", " ");
    let actions: Vec<&str> = actions.trim().trim_end_matches('.').split(", ").collect();
    assert!(actions.len() > 25, "{actions:?}");
    let keys = set(&ran).into_iter().filter_map(|line| Some(line.split_once(" = ")?.0));
    for name in keys.chain(actions).chain(["[keys]", "okabe-ito", "projector"]) {
        assert!(section.contains(&format!("`{name}`")), "the README lacks {name}");
    }
}
