//! The real binary in a pseudo-terminal for a user who has a home: what the configuration says holds, and what was left at
//! one time goes on at the next.

use crate::harness::{self, Terminal};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

/// An empty home of a test's own.
fn home(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("home-{name}"));
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("pagewalk")).unwrap();
    home
}

/// pagewalk in this home.
fn pagewalk(home: &Path, arguments: &str) -> String {
    let places = ["CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR"];
    let places = places.map(|place| format!("XDG_{place}='{}'", home.display())).join(" ");
    format!("exec env {places} \"$PAGEWALK\" --theme dark {arguments}")
}

/// Runs it, waits for each text on the screen and then presses its keys.
#[track_caller]
fn begin(home: &Path, arguments: &str, scenes: &[(&str, &str)]) -> Terminal {
    let mut terminal = Terminal::shell(&pagewalk(home, arguments), (80, 24));
    for (text, keys) in scenes {
        terminal.see(text);
        terminal.press(keys);
    }
    terminal
}

/// The same, and waits for the end.
#[track_caller]
fn play(home: &Path, arguments: &str, scenes: &[(&str, &str)]) {
    begin(home, arguments, scenes).end();
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
        &[
            ("First time here:", "\x1b"),
            ("Scenarios", "\r"),
            ("step 0/13", ":3\r"),
            ("step 3/13", "\x1b"),
            ("Scenarios", "q"),
        ],
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
fn the_tour_plays_at_the_first_start_and_at_no_other() {
    let home = home("tour");
    // Without state nobody knows whether this is the first time.
    play(&home, "--no-state", &[("▶ Build a page table", "q")]);
    play(&home, "", &[("First time here:", ""), ("event 3/29", "q")]);
    assert_eq!(kept(&home)["tour_seen"], true);
    play(&home, "", &[("▶ Build a page table", "q")]);
}

#[test]
fn a_signal_that_ends_it_takes_nothing_away() {
    for signal in ["TERM", "HUP", "INT"] {
        let home = home(&format!("signal-{signal}"));
        let mut playing = begin(&home, "fork-exec", &[("step 0/14", ":7\r"), ("step 7/14", "")]);
        harness::signal(&*playing.child, signal);
        assert_ne!(playing.end(), 0, "it ends as the signal ends a program");
        assert_eq!(kept(&home)["places"][0]["step"], 7, "after {signal}");
        let left = std::fs::read_dir(home.join("pagewalk")).unwrap().count();
        assert_eq!(left, 1, "the state, and nothing for the speaker");
    }
}

#[test]
fn half_a_key_does_not_make_it_deaf() {
    let home = home("half");
    let mut playing = begin(&home, "fork-exec", &[("step 0/14", ":7\r"), ("step 7/14", "\x1b[99~\x1b[")]);
    std::thread::sleep(Duration::from_millis(300));
    harness::signal(&*playing.child, "TERM");
    playing.end();
    assert_eq!(kept(&home)["places"][0]["step"], 7);
}

#[test]
fn a_window_that_is_closed_takes_nothing_away() {
    let home = home("window");
    let (master, mut child) = harness::spawn(&pagewalk(&home, "fork-exec"), (80, 24));
    let mut reader = master.try_clone_reader().unwrap();
    let mut input = master.take_writer().unwrap();
    let (sender, closed) = channel();
    std::thread::spawn(move || {
        let (mut screen, mut kept) = (vt100::Parser::new(24, 80, 0), vec![]);
        for (text, keys) in [("step 0/14", ":7\r"), ("step 7/14", "")] {
            while !screen.screen().contents().contains(text) {
                screen.process(&harness::characters(&mut *reader, &mut kept).unwrap());
            }
            input.write_all(keys.as_bytes()).unwrap();
        }
        drop((master, reader, input));
        sender.send(()).unwrap();
    });
    closed.recv_timeout(harness::DEADLINE).unwrap();
    harness::end(&mut *child);
    assert_eq!(kept(&home)["places"][0]["step"], 7);
    assert_eq!(
        std::fs::read_dir(home.join("pagewalk")).unwrap().count(),
        1,
        "nothing is left for the speaker"
    );
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
