//! Broken scenarios, and what `pagewalk check` says of each: a snapshot for every file of `tests/broken`.
//!
//! A message is good if one knows from it what to change. Read them.

use std::path::Path;
use std::process::Command;

#[test]
fn every_mistake_is_told_so_that_one_knows_what_to_change() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|file| Some(file.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 60, "only {} broken files", names.len());
    let settings = insta::Settings::clone_current();
    for name in names {
        let mut check = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
        let ran =
            check.args(["check", "--strict", &format!("{name}.json")]).current_dir(&folder).output().unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert_eq!(ran.status.code(), Some(2), "{name} is good:\n{out}{err}");
        if name.starts_with("five-") {
            let problems = err.lines().filter(|line| line.starts_with("  --> ") || line.starts_with(" --> "));
            assert_eq!(problems.count(), 5, "{name}:\n{err}");
        }
        let mut settings = settings.clone();
        settings.set_snapshot_path("broken/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.clone(), format!("{out}{err}")));
    }
}
