//! What is printed depends on the arguments and the files, and on nothing around them: not on the language of the user, the
//! time zone, the folder or the terminal.

use crate::binary::{Ran, command, finish, scratch};
use crate::golden;
use std::path::Path;

/// Everything that is printed for people and for programs, but for the help, which is as wide as the terminal.
const PRINTS: [&[&str]; 17] = [
    &["list"],
    &["list", "--format", "jsonl"],
    &["run", "processes.json"],
    &["run", "processes.json", "--format", "jsonl"],
    &["show", "processes.json", "--step", "9"],
    &["show", "processes.json", "--step", "9", "--format", "ansi"],
    &["show", "processes.json", "--step", "9", "--format", "svg"],
    &["show", "processes.json", "--step", "9", "--format", "json"],
    &["check", "broken.json", "doubtful.json"],
    &["check", "broken.json", "--format", "short"],
    &["test", "doubtful.json", "--format", "junit"],
    &["test", "doubtful.json", "fork-exec"],
    &["fmt", "--check", "processes.json"],
    &["decode", "pte", "0x21fdb0d7"],
    &["geometry", "--format", "json"],
    &["new", "-", "--yes"],
    &["--plain", "processes.json"],
];

/// Runs everything in a folder with these variables set.
fn printed(folder: &Path, variables: &[(&str, &str)]) -> Vec<(i32, String, String)> {
    let ran = |arguments: &&[&str]| {
        let mut command = command(*arguments, folder);
        command.envs(variables.iter().copied());
        let Ran { status, out, err } = finish(command, b"");
        (status, out, err)
    };
    PRINTS.iter().map(ran).collect()
}

#[test]
fn what_is_printed_is_the_same_everywhere() {
    let scenarios = golden::folder().join("scenarios");
    let expected = printed(&scenarios, &[]);
    let elsewhere = scratch("golden elsewhere \u{fc}");
    for file in std::fs::read_dir(&scenarios).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), elsewhere.join(file.file_name())).unwrap();
    }
    let terminal = [
        ("TERM", "vt100"),
        ("COLUMNS", "40"),
        ("LINES", "10"),
        ("COLORTERM", "truecolor"),
        ("COLORFGBG", "0;15"),
    ];
    for (folder, variables) in [
        (&scenarios, &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8"), ("LANGUAGE", "tr")][..]),
        (&scenarios, &[("LC_ALL", "C"), ("LC_NUMERIC", "de_DE")]),
        (&scenarios, &[("TZ", "Pacific/Kiritimati")]),
        (&scenarios, &terminal),
        (&scenarios, &[("HOME", "/nowhere"), ("USER", "somebody"), ("RUST_BACKTRACE", "full")]),
        (&elsewhere, &[]),
    ] {
        for ((arguments, expected), now) in PRINTS.iter().zip(&expected).zip(printed(folder, variables)) {
            assert_eq!(*expected, now, "{arguments:?} in {} with {variables:?}", folder.display());
        }
    }
}
