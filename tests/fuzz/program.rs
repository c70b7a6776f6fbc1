//! The program itself: whatever file it is given, it ends with a status that it has, and says nothing that a terminal
//! obeys.

use crate::keep;
use crate::told;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder whose files are given to the program, instead of those that are kept.
const FOLDER: &str = "PAGEWALK_FUZZ_FOLDER";

/// What is done with each file.
const COMMANDS: [&[&str]; 9] = [
    &["check"],
    &["check", "--format", "json"],
    &["test"],
    &["test", "--format", "junit"],
    &["run"],
    &["run", "--format", "jsonl"],
    &["show"],
    &["show", "--format", "json"],
    &["fmt", "--check"],
];

#[test]
fn it_ends_with_a_status_whatever_file_it_is_given() {
    let files = match std::env::var_os(FOLDER) {
        Some(folder) => std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect(),
        None => keep::files(),
    };
    let files: Vec<PathBuf> = files.into_iter().filter(|file| file.is_file()).collect();
    assert!(!files.is_empty(), "there are no files");
    let wrong: Vec<String> = files.iter().flat_map(|file| every_command(file)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with how the program ends, command by command.
fn every_command(file: &Path) -> Vec<String> {
    let mut wrong = vec![];
    for command in COMMANDS {
        let mut program = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        let ran = program.args(command).arg(file).output().unwrap();
        let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
        match ran.status.code() {
            Some(0..=2) if !said.contains(told::OWN_FAULT) => told::quiet(&said),
            status => wrong.push(format!("{command:?} {}: {status:?}\n{said}", file.display())),
        }
    }
    wrong
}
