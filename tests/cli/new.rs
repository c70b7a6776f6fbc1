//! `pagewalk new`: a scenario to begin with, which holds as it is, and no file that is lost.

#[cfg(unix)]
use super::binary::limited;
use super::binary::{run, run_in, scratch};
use super::{good, unusable};
use std::fs;

#[test]
fn every_story_passes_check_test_and_fmt() {
    let folder = scratch("new-stories");
    for story in ["heap", "fork", "mmap", "stack", "table", "fence"] {
        let file = format!("{story}.json");
        let ran = run_in(&folder, ["new", &file, "--story", story, "--title", "Zum \"Einstieg\""]);
        let told =
            format!("{file} is written. `pagewalk {file}` plays it, `pagewalk test {file}` tests it.\n");
        assert_eq!(good(&ran), told);
        assert!(
            fs::read_to_string(folder.join(&file)).unwrap().contains("\"title\": \"Zum \\\"Einstieg\\\"\"")
        );
        for command in [&["check"][..], &["test"], &["fmt", "--check"]] {
            good(&run_in(&folder, [command, &[&file]].concat()));
        }
    }
}

#[test]
fn without_a_file_and_with_nobody_to_ask_it_goes_to_standard_output() {
    let usual = run(["new"]);
    assert_eq!(good(&usual), include_str!("../../src/cli/templates/heap.json"));
    for arguments in [&["new", "--yes"][..], &["new", "-"], &["new", "--kind", "process"]] {
        assert_eq!(good(&run(arguments)), usual.out);
    }
    let bare = run(["new", "--kind", "bare"]);
    assert_eq!(good(&bare), include_str!("../../src/cli/templates/table.json"));
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = scratch("new-there");
    fs::write(folder.join("mine.json"), "mine").unwrap();
    let ran = run_in(&folder, ["new", "mine.json", "--yes"]);
    assert_eq!(
        unusable(&ran),
        "error: mine.json is there already, and stays as it is: choose another name\n"
    );
    assert_eq!(fs::read_to_string(folder.join("mine.json")).unwrap(), "mine");
    #[cfg(unix)]
    {
        // A link to nowhere is there, too: writing through it would make a file somewhere else.
        std::os::unix::fs::symlink("elsewhere.json", folder.join("link.json")).unwrap();
        unusable(&run_in(&folder, ["new", "link.json"]));
        assert!(!folder.join("elsewhere.json").exists());
    }
}

#[test]
fn a_story_of_another_kind_is_told_with_those_that_are_of_it() {
    let of = [("process", vec!["heap", "fork", "mmap", "stack"]), ("bare", vec!["table", "fence"])];
    let help = run(["help", "new"]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains(
        "heap, fork, mmap and stack are stories of the kind process, table and fence of the kind bare"
    ));
    for (kind, stories) in &of {
        for story in stories {
            assert_eq!(run(["new", "--yes", "--kind", kind, "--story", story]).status, 0, "{kind} {story}");
            let other = if *kind == "bare" { &of[0] } else { &of[1] };
            let ran = run(["new", "--yes", "--kind", other.0, "--story", story]);
            assert!(
                unusable(&ran).contains(&format!("none of the kind \"{}\": use ", other.0)),
                "{}",
                ran.err
            );
            assert!(other.1.iter().all(|story| ran.err.contains(&format!("\"{story}\""))), "{}", ran.err);
        }
    }
    assert_eq!(run(["new", "--story", "sleep"]).status, 2);
}

#[cfg(unix)]
#[test]
fn without_room_for_it_there_is_no_file() {
    let folder = scratch("new-full");
    let ran = limited(1, &["new", "a.json"], &folder);
    assert_eq!(unusable(&ran), "error: a.json: file too large\n");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    good(&limited(100, &["new", "a.json"], &folder));
}
