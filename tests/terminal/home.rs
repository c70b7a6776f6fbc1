//! The real binary in a pseudo-terminal for a user who has a home: what the configuration says holds, and what was left at
//! one time goes on at the next.

use crate::harness::Terminal;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An empty home of a test's own.
fn home(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("home-{name}"));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("pagewalk")).unwrap();
    home
}

/// Runs pagewalk in this home, waits for each text on the screen and then presses its keys, and waits for the end.
#[track_caller]
fn play(home: &Path, arguments: &str, scenes: &[(&str, &str)]) {
    let places = format!("XDG_CONFIG_HOME='{0}' XDG_STATE_HOME='{0}'", home.display());
    let command = format!("exec env {places} \"$PAGEWALK\" --theme dark {arguments}");
    let mut terminal = Terminal::shell(&command, (80, 24));
    for (text, keys) in scenes {
        terminal.see(text);
        terminal.press(keys);
    }
    terminal.end();
}

const HERE: &str = "you were here";

/// What is kept in a home.
fn kept(home: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(home.join("pagewalk/state.json")).unwrap()).unwrap()
}

#[test]
fn a_scenario_goes_on_where_it_was_left() {
    let home = home("state");
    play(&home, "fork-exec", &[("step 0/14", ":7.3\r"), ("step 7/14", "q")]);
    let state = kept(&home);
    assert_eq!(state["places"].as_array().unwrap().len(), 1);
    assert_eq!((&state["places"][0]["step"], &state["places"][0]["event"]), (&7.into(), &3.into()));
    assert_eq!(state["commands"], serde_json::json!(["7.3"]));
    play(&home, "fork-exec", &[("step 7/14 \u{b7} event 3", ""), (HERE, "\x1b[C"), ("event 4", "q")]);
    // From the gallery too, and what is left there is kept.
    play(
        &home,
        "",
        &[("First time here?", "j\r"), ("step 0/13", ":3\r"), ("step 3/13", "\x1b"), ("Scenarios", "q")],
    );
    assert_eq!(kept(&home)["places"].as_array().unwrap().len(), 2);
    play(&home, "build-a-table", &[("step 3/13", "q")]);
    // Not without state, which is not written either, and not under other settings.
    let before = kept(&home);
    play(&home, "--no-state fork-exec", &[("step 0/14", ":2\r"), ("step 2/14", "q")]);
    assert_eq!(kept(&home), before);
    play(&home, "fork-exec --set kernel.fork=copy", &[("step 0/14", "q")]);
    // What was seen to its end begins anew.
    play(&home, "build-a-table", &[("step 3/13", "G"), ("step 13/13", "q")]);
    play(&home, "build-a-table", &[("step 0/13", "q")]);
}

#[test]
fn the_tour_is_offered_to_who_has_not_seen_it_and_plays_by_itself() {
    let home = home("tour");
    // Without state nobody knows whether this is the first time.
    play(&home, "--no-state", &[("▶ Build a page table", "q")]);
    // Who leaves at once has not seen it, who plays it has.
    play(&home, "", &[("First time here?", "q")]);
    assert_eq!(kept(&home)["tour_seen"], false);
    play(&home, "", &[("First time here?", "\r"), ("event 3/29", "q")]);
    assert_eq!(kept(&home)["tour_seen"], true);
    play(&home, "", &[("▶ Build a page table", "q")]);
}

#[test]
fn a_file_that_was_edited_begins_at_its_beginning() {
    let home = home("edited");
    let file = home.join("own.json");
    let text = pagewalk::scenario::library::Builtin::find("fork-exec").unwrap().text;
    let name = &format!("'{}'", file.display());
    std::fs::write(&file, text).unwrap();
    play(&home, name, &[("step 0/14", ":7\r"), ("step 7/14", "q")]);
    play(&home, name, &[("step 7/14", "q")]);
    std::fs::write(&file, format!("{text}\n")).unwrap();
    play(&home, name, &[("step 0/14", "q")]);
}

#[test]
fn state_that_is_broken_or_cannot_be_written_is_none() {
    let home = home("broken");
    let path = home.join("pagewalk/state.json");
    for broken in ["", "[", "{\"places\": 7}", "{\"places\": [{}]}", "\u{0}", "null"] {
        std::fs::write(&path, broken).unwrap();
        play(&home, "fork-exec", &[("step 0/14", ":7\r"), ("step 7/14", "q")]);
        assert_eq!(kept(&home)["places"][0]["step"], 7, "after {broken:?}");
    }
    // A place that is none in this run is none.
    let mut state = kept(&home);
    state["places"][0]["event"] = 999_999.into();
    state["unknown"] = true.into();
    std::fs::write(&path, state.to_string()).unwrap();
    play(&home, "fork-exec", &[("step 0/14", "q")]);
    // Where a folder is to be stands a file.
    std::fs::remove_dir_all(home.join("pagewalk")).unwrap();
    std::fs::write(home.join("pagewalk"), "").unwrap();
    play(&home, "fork-exec", &[("step 0/14", ":7\r"), ("step 7/14", "q")]);
    assert_eq!(std::fs::read_to_string(home.join("pagewalk")).unwrap(), "");
}

#[test]
fn a_configuration_holds_on_the_screen_and_a_wrong_one_is_told_before_it() {
    let home = home("config");
    let path = home.join("pagewalk/config.toml");
    std::fs::write(&path, "speed = 20\n[keys]\nn = \"next-step\"\nctrl-x = \"quit\"\n").unwrap();
    play(&home, "fork-exec", &[("step 0/14", "n"), ("step 1/14", "-"), ("8 events a second", "\x18")]);
    std::fs::write(&path, "speed = \"fast\"\n").unwrap();
    let told = "help: --no-config starts pagewalk without this file";
    play(&home, "fork-exec", &[("must be a number of events a second", ""), (told, "")]);
    play(&home, "--no-config --no-state fork-exec", &[("step 0/14", "-"), ("an event every", "q")]);
}
