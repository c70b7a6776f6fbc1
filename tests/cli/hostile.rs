//! Characters that a terminal obeys, wherever a text can hold them: in names of files, in scenarios, in arguments, in the
//! environment, in the configuration. Neither output ever holds one.

use super::binary::{Ran, command, edited, fed, finish, run, run_in, scratch};
use super::good;
use pagewalk::scenario::printable::is_obeyed;
use roxmltree::Document;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Sets a colour, breaks the line, turns the direction of writing, hides, and more. It is a name that a file can have.
const HOSTILE: &str =
    "\u{1b}[35;7m\u{1b}]0;x\u{7}\r\n\u{9b}2J\u{7f}\u{202e}\u{200b}\u{2028}\u{feff}\u{ad}\u{e0041}end";

/// The colour that is set in it. This program sets no such colour.
const FOREIGN: &str = "\u{1b}[35;7m";

/// A string of JSON.
fn json(text: &str) -> String {
    serde_json::json!(text).to_string()
}

/// Asserts that no output holds anything but text, lines, and colours of this program's own if they were asked for.
#[track_caller]
fn is_harmless(ran: &Ran, coloured: bool, what: &str) {
    for told in [&ran.out, &ran.err] {
        assert!(!told.contains(FOREIGN), "{what}: {told:?}");
        let mut pieces = told.split("\u{1b}[");
        let mut text = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m');
            text += rest.filter(|_| coloured).unwrap_or_else(|| panic!("{what}: ESC [ {piece:?}"));
        }
        let obeyed = text.find(|c| is_obeyed(c) && c != '\n');
        assert_eq!(obeyed, None, "{what}: {:?}", obeyed.map(|at| &text[at..]));
    }
    assert_ne!(ran.status, 101, "{what}: {}", ran.err);
}

/// A scenario in which every text is hostile, with every character as it is where JSON allows that.
fn scenario() -> String {
    let hostile = json(HOSTILE);
    let hostile = hostile.trim_matches('"');
    let mut text = edited("mmap-file", "A file in memory", hostile);
    for (from, to) in [
        ("\"notes\": {", "\"notesX\": {"),
        ("\"file\": \"notes\"", "\"file\": \"notesX\""),
        ("\"name\": \"notes\"", "\"name\": \"notesX\""),
        ("\"note\": \"", "\"note\": \"X"),
        ("\"say\": \"", "\"say\": \"X"),
        ("\"question\": \"", "\"question\": \"X"),
        ("\"text\": \"T", "\"text\": \"XT"),
        ("\"why\": \"", "\"why\": \"X"),
        ("\"summary\": \"", "\"summary\": \"X"),
        ("\"A and D by fault\"", "\"A and D by faultX\""),
        ("\"chapter\": \"", "\"chapter\": \"X"),
        ("\"ed\"", "\"edX\""),
        ("\"anna\"", "\"annaX\""),
    ] {
        assert!(text.contains(from), "{from} is not in there");
        text = text.replace(from, &to.replace('X', hostile));
    }
    text
}

/// Every command that takes a scenario, in every format.
const COMMANDS: [&[&str]; 20] = [
    &["run"],
    &["run", "--notes"],
    &["run", "--format", "jsonl"],
    &["show"],
    &["show", "--step", "3"],
    &["show", "--step", "3", "--format", "svg"],
    &["show", "--step", "3", "--format", "json"],
    &["show", "--layout", "files", "--ascii"],
    &["check"],
    &["check", "--strict"],
    &["check", "--format", "short"],
    &["check", "--format", "json"],
    &["test"],
    &["test", "--format", "short"],
    &["test", "--format", "json"],
    &["test", "--format", "junit"],
    &["fmt", "--check"],
    &["fmt"],
    &["--plain"],
    &["--bogus"],
];

/// Runs a command with and without colours, in a folder, fed with this.
fn harmless(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let what = format!("{arguments:?}");
    let coloured = [&["--color", "always"], arguments].concat();
    is_harmless(&finish(command(&coloured, folder), input.as_bytes()), true, &what);
    let ran = finish(command(arguments, folder), input.as_bytes());
    is_harmless(&ran, false, &what);
    ran
}

#[test]
fn no_text_of_a_scenario_is_obeyed() {
    let folder = scratch("hostile-text");
    let text = scenario();
    let broken = text.replacen("\"note\"", &json(&format!("note{HOSTILE}")), 1);
    let failing = text.replace("\"frames_copied\": \"+1\"", "\"frames_copied\": \"+2\"");
    let no_json = text.replacen(':', HOSTILE, 3);
    let mut told = 0;
    for text in [&text, &broken, &failing, &no_json] {
        for arguments in COMMANDS.iter().filter(|arguments| arguments[0] != "--plain") {
            told += harmless(&folder, &[arguments, &["-"][..]].concat(), text).out.matches("end").count();
        }
        fs::write(folder.join("a.json"), text).unwrap();
        harmless(
            &folder,
            &["--plain", "a.json"],
            &format!("all\nexplain {HOSTILE}\nplay\nwhere\n{HOSTILE}\n"),
        );
    }
    assert!(told > 100, "the rest of each text is there: {told}");
}

#[test]
#[cfg(unix)]
fn no_name_of_a_file_is_obeyed() {
    let folder = scratch("hostile-names");
    let names = ["good", "broken", "failing", "gone", "latin"].map(|name| format!("{HOSTILE}{name}.json"));
    fs::write(folder.join(&names[0]), edited("mmap-file", "A file", "A fine file")).unwrap();
    fs::write(folder.join(&names[1]), "{\n\t\"format\": 1,, }").unwrap();
    fs::write(folder.join(&names[2]), edited("stack-overflow", "\"scause\": 15", "\"scause\": 13")).unwrap();
    fs::write(folder.join(&names[4]), b"\xff").unwrap();
    for arguments in COMMANDS {
        for name in &names {
            harmless(&folder, &[arguments, &[name]].concat(), "");
        }
    }
    // A scenario that refers to such a name, to a folder, and to what is no file of the kind.
    for name in [HOSTILE, &names[0], &names[4]] {
        let include = format!("[ {{ \"include\": {} }} ]", json(name));
        let text = format!("{{ \"format\": 1, \"title\": \"\", \"kernel\": {{}}, \"steps\": {include} }}");
        fs::write(folder.join("include.json"), text).unwrap();
        let elf = format!(
            "{{ \"format\": 1, \"title\": \"\", \"kernel\": {{}}, \"programs\": {{ \"a\": {{ \"elf\": {} }} }}, \"steps\": [] }}",
            json(name)
        );
        fs::write(folder.join("elf.json"), elf).unwrap();
        for arguments in COMMANDS {
            harmless(&folder, &[arguments, &["include.json"][..]].concat(), "");
            harmless(&folder, &[arguments, &["elf.json"][..]].concat(), "");
        }
    }
    let new = format!("{HOSTILE}new.json");
    harmless(&folder, &["new", &new], "");
    harmless(&folder, &["new", &format!("{HOSTILE}/new.json")], "");
    assert!(folder.join(&new).exists());
}

#[test]
fn no_argument_is_obeyed() {
    let folder = scratch("hostile-arguments");
    let flag = format!("--{HOSTILE}");
    let set = format!("kernel.{HOSTILE}={HOSTILE}");
    let value = format!("kernel.fork={HOSTILE}");
    for arguments in [
        &[HOSTILE][..],
        &[&flag],
        &[HOSTILE, "run"],
        &["help", HOSTILE],
        &["list", HOSTILE],
        &["list", "--format", HOSTILE],
        &["list", &flag],
        &["list", "--color", HOSTILE],
        &["schema", HOSTILE],
        &["run", "bss", "--format", HOSTILE],
        &["run", "bss", "--set", HOSTILE],
        &["run", "bss", "--set", &set],
        &["run", "bss", "--set", &value, "--set", &set],
        &["check", "bss", "--set", &value, "--format", "short"],
        &["check", "bss", "--set", &value, "--format", "json"],
        &["test", "bss", "--set", &value, "--format", "junit"],
        &["run", "bss", "--variant", HOSTILE],
        &["check", "fork-exec", "--variant", HOSTILE, "--format", "short"],
        &["check", "fork-exec", "--variant", HOSTILE, "--format", "json"],
        &["show", "bss", "--step", HOSTILE],
        &["show", "bss", "--event", HOSTILE],
        &["show", "bss", "--size", HOSTILE],
        &["show", "bss", "--theme", HOSTILE],
        &["show", "bss", "--layout", HOSTILE],
        &["decode", HOSTILE, "1"],
        &["decode", "pte", HOSTILE],
        &["decode", "pte", "1", "--mode", HOSTILE],
        &["geometry", "--va-bits", HOSTILE],
        &["geometry", "--page", HOSTILE],
        &["new", "--kind", HOSTILE],
        &["new", "--story", HOSTILE],
        &["new", "--title", HOSTILE],
        &["config", HOSTILE],
        &["fmt", HOSTILE],
        &["--plain", HOSTILE],
        &["--plain", "bss", "--set", &set],
    ] {
        harmless(&folder, arguments, "");
    }
}

#[test]
fn neither_the_configuration_nor_the_environment_is_obeyed() {
    let home = scratch("hostile-home").join(if cfg!(unix) { HOSTILE } else { "home" });
    fs::create_dir_all(home.join("pagewalk")).unwrap();
    let basic = HOSTILE.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect::<String>();
    for text in [
        format!("\"{basic}\" = 1\n"),
        format!("theme = \"{basic}\"\n"),
        format!("speed = \"{basic}\"\n"),
        format!("[keys]\n\"{basic}\" = \"next-event\"\n"),
        format!("[keys]\nn = \"{basic}\"\n"),
        "[keys]\n\"\\u202e\" = \"next-event\"\n\"\\U000e0041\" = \"quit\"\n\"\\u200b\" = \"help\"\n"
            .to_owned(),
        format!("theme {HOSTILE} = 1\n"),
        HOSTILE.to_owned(),
    ] {
        fs::write(home.join("pagewalk/config.toml"), &text).unwrap();
        for arguments in [&["config"][..], &["config", "--no-config"], &["config", "--path"], &["notes"]] {
            // The notes never end by themselves; here they are to be stopped by the mistake in the file.
            if arguments[0] == "notes" && text.starts_with("[keys]\n\"\\u202e") {
                continue;
            }
            let mut command = command(arguments, &home);
            command.env("XDG_CONFIG_HOME", &home).env("TERM", HOSTILE).env("COLORTERM", HOSTILE);
            command.env("COLUMNS", HOSTILE).env("CLICOLOR", HOSTILE).env("LANG", HOSTILE);
            is_harmless(&finish(command, b""), false, &format!("{arguments:?} of {text:?}"));
        }
    }
}

#[test]
fn a_key_that_nobody_sees_is_written_so_that_it_can_be_read_again() {
    let home = scratch("hostile-keys");
    fs::create_dir_all(home.join("pagewalk")).unwrap();
    let config = |text: &str| {
        fs::write(home.join("pagewalk/config.toml"), text).unwrap();
        let mut command = command(["config"], &home);
        command.env("XDG_CONFIG_HOME", &home);
        finish(command, b"")
    };
    let bound = "\"\\U0000202e\" = \"next-event\"\n\"\\U000e0041\" = \"quit\"\n\"\\\\\" = \"help\"\n\"\\\"\" = \"help\"\n";
    let first = config(&format!("[keys]\n{bound}"));
    assert!(good(&first).contains("\n\"\\U0000202e\" = \"next-event\"\n"), "{}", first.out);
    let keys = |ran: &Ran| good(ran).split_once("\n[keys]").unwrap().1.to_owned();
    assert_eq!(keys(&config(&first.out)), keys(&first));
}

#[test]
fn for_programs_every_character_is_there() {
    let text = scenario();
    let lines = |ran: &Ran| -> Vec<Value> {
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(lines(&fed(["run", "-", "--format", "jsonl"], &text))[0]["title"], HOSTILE);
    let problem = &lines(&run(["check", &format!("gone{HOSTILE}"), "--format", "json"]))[0];
    assert_eq!(problem["file"], format!("gone{HOSTILE}"));
    // A scenario that is written to standard output is the one that would be in the file.
    let formatted = fed(["fmt", "-"], &text);
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(read(good(&formatted)), read(&text));
    let folder = scratch("hostile-new");
    good(&run_in(&folder, ["new", "a.json", "--title", HOSTILE]));
    let written = fs::read_to_string(folder.join("a.json")).unwrap();
    assert_eq!(good(&run(["new", "--title", HOSTILE])), written);
    assert_eq!(read(&written)["title"], HOSTILE);
}

#[test]
fn pictures_and_reports_are_well_formed_whatever_they_hold() {
    let every: String = (0..=0x1f_u32)
        .chain(0x7f..=0x9f)
        .chain([0xfdd0, 0xfffd, 0xfffe, 0xffff, 0x1fffe, 0x10ffff])
        .filter_map(char::from_u32)
        .chain("<&>]]>'\"".chars())
        .collect();
    let text = edited("stack-overflow", "\"scause\": 15", "\"scause\": 13");
    let text = text.replace("\"steps\": [", &format!("\"steps\": [ {{ \"chapter\": {0} }},", json(&every)));
    let text =
        text.replace("\"note\": \"", &format!("\"note\": {}", json(&every).strip_suffix('"').unwrap()));
    for (step, size) in [("0", "60x15"), ("1", "300x60"), ("3", "120x40")] {
        let arguments = ["show", "-", "--step", step, "--size", size, "--format", "svg"];
        let ran = fed(arguments, &text);
        Document::parse(good(&ran)).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
        is_harmless(&ran, false, "svg");
    }
    for arguments in [["test", "-", "--format", "junit"], ["test", &every[1..], "--format", "junit"]] {
        let ran = fed(arguments, text.replace("\"title\"", &json(&every)));
        Document::parse(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
        let ran = fed(arguments, &text);
        Document::parse(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    }
}
