//! The style that can be checked, checked: no import runs up or sideways between the floors of `src/lib.rs`, the
//! libraries of the screen and of the command line are named on their floor only, no file is too long or without a
//! word on what it is, and nothing unfinished is left behind.
//!
//! Floors are read from the table in `src/lib.rs`, so that the table is the rule. A file is read as tokens: what stands
//! in comments and strings is no import. Inside of the modules, `tidy/rooms.rs` looks at how files and rooms stand to each
//! other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/tokens.rs"]
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tokens::{Token, imports, tokens};

/// Who may use a neighbour on the same floor.
const NEIGHBOURS: [(&str, &str); 2] = [("view", "story"), ("tui", "export")];

/// Libraries that only one module names.
const OWNED: [(&str, &str); 4] =
    [("ratatui", "tui"), ("crossterm", "tui"), ("signal_hook", "tui"), ("clap", "cli")];

/// The most lines that a file may have.
const MOST_LINES: usize = 500;

/// Macros that say that something is not done yet.
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Ways to the terminal and to JSON, as tokens that follow one another, and the files that may use them. All else goes
/// through these files, which keep characters that a terminal obeys from it.
const DOORS: [(&[&str], &[&str]); 12] = [
    (&["stdout"], TERMINAL),
    (&["stderr"], TERMINAL),
    (&["print", "!"], TERMINAL),
    (&["println", "!"], TERMINAL),
    (&["eprint", "!"], TERMINAL),
    (&["eprintln", "!"], TERMINAL),
    // clap's own ways.
    (&["Arguments", "::", "parse"], TERMINAL),
    (&[".", "exit", "(", ")"], TERMINAL),
    (&["serde_json", "::", "to_string"], JSON),
    (&["to_string_pretty"], JSON),
    (&["to_writer"], JSON),
    (&["to_writer_pretty"], JSON),
];
const TERMINAL: &[&str] = &["src/cli/output.rs", "src/tui/terminal.rs", "src/tui/terminal/"];
const JSON: &[&str] = &["src/export/json.rs"];

/// The number of each module's floor.
type Floors = BTreeMap<String, u32>;

/// The floors as a table in a module's doc tells them: `//! | 5 | [`tui`] · [`export`] | … |`.
fn floors(text: &str) -> Floors {
    let mut floors = Floors::new();
    for line in text.lines() {
        let mut cells = line.trim_start_matches("//!").split('|').map(str::trim).skip(1);
        if let (Some(Ok(floor)), Some(modules)) = (cells.next().map(str::parse), cells.next()) {
            let names = modules.split('`').skip(1).step_by(2);
            floors.extend(names.map(|name| (name.to_owned(), floor)));
        }
    }
    floors
}

/// Everything that is wrong with a file, a line each. `path` is from the package's folder: `src/hw/execute/walk.rs`.
fn complaints(path: &str, text: &str, floors: &Floors) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let module: Vec<&str> = match inside {
        "lib" | "main" => vec![],
        _ => inside.split('/').collect(),
    };
    let tokens = tokens(text);
    let mut found = vec![];
    if !text.starts_with("//!") {
        found.push((1, "no //! says what the file is".to_owned()));
    }
    if text.lines().count() > MOST_LINES {
        found.push((MOST_LINES, format!("more than {MOST_LINES} lines")));
    }
    let tabs = text.lines().enumerate().filter(|(_, line)| line.contains('\t'));
    found.extend(tabs.map(|(at, _)| (at + 1, "a tab".to_owned())));
    if let Some(own) = module.first() {
        for (line, name) in imports(&tokens, module.len()) {
            if let Some(what) = forbidden(own, &name, floors) {
                found.push((line, what));
            }
        }
    }
    found.extend(words(&tokens, module.first().copied().unwrap_or("the root")));
    found.extend(passed_by(&tokens, path));
    found.sort();
    found.dedup();
    found.into_iter().map(|(line, what)| format!("{path}:{line}: {what}")).collect()
}

/// Why a module may not use another, if it may not.
fn forbidden(own: &str, other: &str, floors: &Floors) -> Option<String> {
    let (Some(here), Some(there)) = (floors.get(own), floors.get(other)) else {
        let lost = if floors.contains_key(own) { other } else { own };
        return Some(format!("`{lost}` is on no floor"));
    };
    match there.cmp(here) {
        _ if own == other || NEIGHBOURS.contains(&(own, other)) => None,
        std::cmp::Ordering::Less => None,
        std::cmp::Ordering::Equal => Some(format!("`{own}` uses its neighbour `{other}`")),
        std::cmp::Ordering::Greater => Some(format!("`{own}` uses `{other}`, which is above it")),
    }
}

/// Words that may not stand in a module's code.
fn words(tokens: &[Token<'_>], own: &str) -> Vec<(usize, String)> {
    let mut found = vec![];
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", |token| token.text);
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text);
        let owner = OWNED.iter().find(|(library, _)| *library == token.text);
        if let Some((library, owner)) = owner.filter(|(_, owner)| *owner != own) {
            found.push((token.line, format!("`{library}` is named outside `{owner}`")));
        }
        if UNFINISHED.contains(&token.text) && next == "!" {
            found.push((token.line, format!("`{}!` is left", token.text)));
        }
        if token.text == "allow" && next == "(" && ["[", ","].contains(&before) {
            found.push((token.line, "`allow`: write `expect` with a reason".to_owned()));
        }
    }
    found
}

/// Ways to the terminal that pass its doors by.
fn passed_by(tokens: &[Token<'_>], path: &str) -> Vec<(usize, String)> {
    let mut found = vec![];
    for (way, doors) in DOORS {
        let is_way = |at: &[Token<'_>]| at.iter().map(|token| token.text).eq(way.iter().copied());
        let used = tokens.windows(way.len()).filter(|at| is_way(at));
        if !doors.iter().any(|door| path.starts_with(door)) {
            found.extend(used.map(|at| (at[0].line, format!("`{}` outside {}", way.concat(), doors[0]))));
        }
    }
    found
}

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder: its path from the package's folder, and its text.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(package()).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn sources() -> (Floors, Vec<(String, String)>) {
    let lib = fs::read_to_string(package().join("src/lib.rs")).unwrap();
    (floors(&lib), files(&package().join("src")))
}

#[test]
fn the_sources_are_tidy() {
    let (floors, files) = sources();
    assert!(files.len() > 50, "only {} files were found", files.len());
    let found: Vec<String> = files.iter().flat_map(|(path, text)| complaints(path, text, &floors)).collect();
    assert!(found.is_empty(), "{} complaints:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_module_has_a_floor_and_every_floor_its_modules() {
    let (floors, files) = sources();
    let (_, lib) = files.iter().find(|(path, _)| path == "src/lib.rs").unwrap();
    let mut declared: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    declared.sort_unstable();
    assert_eq!(floors.keys().collect::<Vec<_>>(), declared);
    assert_eq!(floors.values().min(), Some(&1));
    assert_eq!(floors.values().max(), Some(&6));
}

/// What is wrong with a file of some text, but for the path in front of each line.
fn told(path: &str, text: &str) -> Vec<String> {
    let (floors, _) = sources();
    let text = format!("//! A file.\n{text}");
    let found = complaints(path, &text, &floors);
    found.iter().map(|line| line.strip_prefix(path).unwrap()[1..].to_owned()).collect()
}

#[test]
fn an_import_that_runs_up_is_found_however_it_is_written() {
    let up = ["`hw` uses `kernel`, which is above it"].map(|what| format!("2: {what}"));
    assert_eq!(told("src/hw/execute/walk.rs", "use crate::kernel::System;"), up);
    assert_eq!(told("src/hw/execute/walk.rs", "fn f() -> crate::kernel::Pid { g() }"), up);
    assert_eq!(told("src/hw/execute/walk.rs", "pub(crate) use crate::{hw::Pte, kernel::{Pid, System}};"), up);
    assert_eq!(told("src/hw/execute/walk.rs", "use super::super::super::kernel;"), up);
    assert_eq!(told("src/hw.rs", "use super::{kernel as above};"), up);
    assert_eq!(told("src/hw.rs", "use self::super::kernel;"), up);
    assert_eq!(told("src/hw.rs", "mod tests { use super::super::kernel::Pid; }"), up);
    assert_eq!(told("src/hw.rs", "use pagewalk::kernel::Pid;"), up);
    assert_eq!(told("src/hw.rs", "use crate /* quietly */ :: /* */ kernel;"), up);
    let up = ["2: `view` uses `tui`, which is above it"];
    assert_eq!(told("src/view/words/kernel.rs", "use crate::tui::theme;"), up);
    assert_eq!(told("src/cli.rs", "use crate::nowhere::Thing;"), ["2: `nowhere` is on no floor"]);
    assert_eq!(told("src/hw.rs", "use crate::*;"), ["2: `*` is on no floor"]);
    assert_eq!(told("src/hw.rs", "use crate as all; use all::kernel;"), ["2: `as` is on no floor"]);
    assert_eq!(told("src/hw.rs", "use crate::{self as all};"), ["2: `self` is on no floor"]);
    assert_eq!(told("src/lost.rs", "use crate::hw::Pte;"), ["2: `lost` is on no floor"]);
}

#[test]
fn neighbours_meet_only_where_one_may_use_the_other() {
    for (path, other) in [
        ("src/scenario/read.rs", "timeline"),
        ("src/timeline.rs", "scenario"),
        ("src/export/jsonl.rs", "tui"),
        ("src/story.rs", "view"),
    ] {
        let found = told(path, &format!("use crate::{other}::Thing;"));
        assert!(found.len() == 1 && found[0].ends_with(&format!("its neighbour `{other}`")), "{found:?}");
    }
    for (path, other) in [("src/view/tree.rs", "story"), ("src/tui/picture.rs", "export")] {
        assert_eq!(told(path, &format!("use crate::{other}::Thing;")), [""; 0]);
    }
}

#[test]
fn imports_that_run_down_and_what_is_only_said_are_left_alone() {
    let text = r##"
//! See [`crate::tui`].
/* and /* nested */ crate::tui */
use super::{Line, words::sentence};
use crate::hw::{self, Pte};
const WHY: &str = "crate::tui \" ratatui";
const RAW: &str = r#"use crate::tui; todo!("#;
const QUOTE: char = '"';
fn f<'a>(x: &'a str) -> char { let _ = crate::kernel::PAGE; '\'' } // todo!() in crate::tui
mod tests { use super::*; use super::super::super::story::Story; }
"##;
    assert_eq!(told("src/view/tree.rs", text), [""; 0]);
}

#[test]
fn a_library_is_named_on_its_own_floor_only() {
    assert_eq!(
        told("src/view/tree.rs", "use ratatui::style::Color;"),
        ["2: `ratatui` is named outside `tui`"]
    );
    assert_eq!(
        told("src/cli/run.rs", "fn f() -> crossterm::Key { }"),
        ["2: `crossterm` is named outside `tui`"]
    );
    assert_eq!(told("src/tui.rs", "use clap::Parser;"), ["2: `clap` is named outside `cli`"]);
    assert_eq!(told("src/main.rs", "use clap::Parser;"), ["2: `clap` is named outside `cli`"]);
    assert_eq!(told("src/tui/draw/play.rs", "use ratatui::layout::Rect; use crossterm::event;"), [""; 0]);
    assert_eq!(told("src/cli.rs", "use clap::Parser;"), [""; 0]);
}

#[test]
fn no_way_to_the_terminal_passes_its_doors_by() {
    let around = |way: &str| vec![format!("2: `{way}` outside src/cli/output.rs")];
    assert_eq!(told("src/cli/run.rs", "use std::io::{self, stdout};"), around("stdout"));
    assert_eq!(told("src/cli.rs", "fn f() { writeln!(std::io::stderr(), \"\") }"), around("stderr"));
    assert_eq!(told("src/view.rs", "fn f() { println!(\"{name}\") }"), around("println!"));
    assert_eq!(told("src/main.rs", "fn f() { std::eprint ! (\"\") }"), around("eprint!"));
    assert_eq!(told("src/cli.rs", "fn f() { Arguments::parse(); }"), around("Arguments::parse"));
    assert_eq!(told("src/cli.rs", "fn f() { error.exit() }"), around(".exit()"));
    let json = ["2: `serde_json::to_string` outside src/export/json.rs"];
    assert_eq!(told("src/cli/run.rs", "fn f() { serde_json::to_string(&value) }"), json);
    for (path, text) in [
        ("src/cli/output.rs", "fn f() { io::stdout().lock() }"),
        ("src/tui/terminal/held.rs", "fn f() { execute!(io::stdout()) }"),
        ("src/export/json.rs", "fn f() { serde_json::to_string(&value) }"),
        ("src/cli/fmt.rs", "fn f() { std::process::exit(1); value.to_string(); command::parse(x) }"),
    ] {
        assert_eq!(told(path, text), [""; 0]);
    }
}

#[test]
fn what_is_unfinished_silenced_or_untidy_is_found() {
    assert_eq!(told("src/hw.rs", "fn f() { todo!() }"), ["2: `todo!` is left"]);
    assert_eq!(told("src/hw.rs", "\nfn f() { unimplemented ! () }"), ["3: `unimplemented!` is left"]);
    assert_eq!(told("src/hw.rs", "fn f() { std::dbg!(1); }"), ["2: `dbg!` is left"]);
    let silenced = ["2: `allow`: write `expect` with a reason"];
    assert_eq!(told("src/hw.rs", "#[allow(dead_code)] fn f() {}"), silenced);
    assert_eq!(told("src/hw.rs", "#![allow(dead_code)]"), silenced);
    assert_eq!(told("src/hw.rs", "#[cfg_attr(test, allow(dead_code))] fn f() {}"), silenced);
    assert_eq!(told("src/hw.rs", "#[expect(dead_code, reason = \"x\")] fn f() { x.allow(3) }"), [""; 0]);
    assert_eq!(told("src/hw.rs", "fn f() {\n\t\n}"), ["3: a tab"]);
    assert_eq!(told("src/hw.rs", &"\n".repeat(MOST_LINES)), [format!("500: more than {MOST_LINES} lines")]);
    assert_eq!(told("src/hw.rs", &"\n".repeat(MOST_LINES - 1)), [""; 0]);
    let (floors, _) = sources();
    let bare = complaints("src/hw.rs", "// Not a doc.\nuse std::fmt;", &floors);
    assert_eq!(bare, ["src/hw.rs:1: no //! says what the file is"]);
}
