//! Plain mode: lines in, lines out, and nothing that a terminal obeys; it says what the screen says.

use crate::binary::{command, edited, fed, scratch};
use pagewalk::plain::Plain;
use pagewalk::scenario::library::{ALL, Builtin};
use pagewalk::scenario::stage::PanelName;
use pagewalk::story::Story;
use pagewalk::view::{self, Look, Mark};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

fn story(name: &str) -> Story {
    Story::read(Builtin::find(name).unwrap().source()).unwrap()
}

/// What plain mode says to some lines of input.
fn said(story: Option<Story>, input: &str) -> String {
    let mut out = vec![];
    Plain::new(input.as_bytes(), &mut out, false).play(story).unwrap();
    String::from_utf8(out).unwrap()
}

/// The last thing that it says.
fn last(name: &str, input: &str) -> String {
    let out = said(Some(story(name)), input);
    out.lines().last().unwrap().to_owned()
}

#[test]
fn a_pipe_on_both_ends_is_enough() {
    let ran = fed(["--plain", "fork-exec"], "\n\n]\nq\n");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for sentence in [
        "At the beginning of 14 steps.\n",
        "Step 1 of 14, event 1 of 35: spawn sh to shell.\n",
        "Trap: store/AMO page fault, scause 15, at 0x5008 (heap + 0x8).",
        "\nregisters, changed: scause 15\n",
        "\ntables, fault: depth 3: [005] not valid heap\n",
    ] {
        assert!(ran.out.contains(sentence), "{sentence} is missing in\n{}", ran.out);
    }
    // The end of the input is the end, and no failure.
    let (ended, quit) = (fed(["--plain", "fork-exec"], "G"), fed(["--plain", "fork-exec"], "G\nq\nl\n"));
    assert_eq!((ended.status, &ended.out), (0, &quit.out));
    assert!(ended.out.ends_with("This is the end.\n"), "{}", ended.out);
}

#[test]
fn what_would_do_nothing_there_is_refused() {
    for option in ["--present", "--theme=dark", "--ascii", "--layout=memory", "--no-mouse"] {
        let ran = fed(["--plain", option, "fork-exec"], "");
        assert_eq!(ran.status, 2, "{option}");
        assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
    }
}

#[test]
fn a_dumb_terminal_is_told_and_not_drawn_on() {
    let mut command = command(["build-a-table"], Path::new("."));
    command.env("TERM", "dumb").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(out.contains("Step 1 of "), "{out}");
    assert!(!out.contains('\x1b'));
}

/// How the place of a moment is told.
fn place(story: &Story) -> String {
    let step = story.step_index().unwrap();
    let moments = story.timeline.moments(step);
    let event = story.timeline.moment() + 1 - moments.start;
    format!("Step {} of {}, event {event} of {}: ", step + 1, story.scenario.steps.len(), moments.len())
}

#[test]
fn every_event_of_a_run_is_told_with_all_that_is_marked() {
    for name in ["fork-exec", "build-a-table", "stale-tlb", "swap", "no-fence"] {
        let mut story = story(name);
        let end = story.timeline.end();
        let out = said(Some(story.clone()), &"\n".repeat(end));
        let mut rest = out.as_str();
        for moment in 1..=end {
            story.timeline.seek(moment);
            let at =
                rest.find(&place(&story)).unwrap_or_else(|| panic!("{name}: {} is missing", place(&story)));
            rest = &rest[at..];
            story.timeline.seek((moment + 1).min(end));
            let told = &rest[..rest[1..].find(&place(&story)).map_or(rest.len(), |at| at + 1)];
            story.timeline.seek(moment);
            let sentence = view::words::sentence(&story).unwrap();
            let (first, _) = sentence.split_once(['→', '✗', '·']).unwrap_or((&sentence, ""));
            assert!(told.contains(first), "{name}, moment {moment}: {sentence}");
            if let Some(ask) = story.question() {
                assert!(told.contains(&ask.question), "{name}, moment {moment}: {}", ask.question);
            }
            for panel in [PanelName::Tables, PanelName::Tlb, PanelName::Registers, PanelName::Frames] {
                let lines = view::panel(panel, &story, &Look::default()).lines;
                for (mark, word) in
                    [(Mark::Changed, "changed"), (Mark::Fault, "fault"), (Mark::Stale, "stale")]
                {
                    if lines.iter().any(|line| line.mark == mark) {
                        let line = format!("\n{}, {word}: ", panel.name());
                        assert!(told.contains(&line), "{name}, moment {moment}: no {line}");
                    }
                }
            }
        }
        assert!(rest.trim_end().ends_with("This is the end."), "{name}");
    }
}

#[test]
fn no_sign_is_left_that_a_screen_reader_stumbles_over() {
    for builtin in ALL {
        let out = said(Some(story(builtin.name)), "j\nj\nall\nG\nall\nwhere\n");
        let author = builtin.text;
        let odd = |c: &char| !c.is_ascii() && !author.contains(*c);
        let odd: Vec<char> = out.chars().filter(odd).collect();
        assert!(odd.is_empty(), "{}: {odd:?}", builtin.name);
        assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{}", builtin.name);
    }
}

#[test]
fn keys_and_their_names_travel() {
    let place = |input: &str| {
        let out = said(Some(story("fork-exec")), input);
        let places = out.lines().filter(|line| line.contains("Step ") || line.starts_with("At the "));
        let last = { places }.next_back().unwrap();
        last.split_once("Step ")
            .map_or(last.to_owned(), |(_, rest)| rest.split(':').next().unwrap().to_owned())
    };
    assert_eq!(place("7.3\n"), "7 of 14, event 3 of 10");
    assert_eq!(place(":7\nl\n"), place("7\n\n"));
    assert_eq!(place("right\nright\nleft\n"), place("l\n"));
    assert_eq!(place("j\nj\nk\n"), place("down\ndown\nup\n"));
    assert_eq!(place("]\n]\n[\n"), place("]\n"));
    assert_eq!(place("}\n}\n{\n"), place("}\n"));
    assert_eq!(place("G\ng\n"), "At the beginning of 14 steps.");
    assert_eq!(last("fork-exec", "h\n"), "No: this is the beginning.");
    assert_eq!(last("fork-exec", "99\n"), "No: there is no step 99: the last is 14.");
    assert_eq!(last("fork-exec", "xyzzy\n"), "No: there is no command \"xyzzy\"; ? tells them all.");
}

#[test]
fn a_question_is_answered_and_playing_on_waits_for_it() {
    let mut asked = story("fork-exec");
    let ask = (0..=asked.timeline.end())
        .find_map(|moment| {
            asked.timeline.seek(moment);
            asked.question().cloned()
        })
        .unwrap();
    let out = said(Some(story("fork-exec")), "play\na\nb\n");
    let played = out.find(&format!("Before you go on: {}", ask.question)).expect("it is asked");
    let verdicts: Vec<&str> = out[played..].lines().rev().take(2).collect();
    for (line, (letter, answer)) in verdicts.iter().rev().zip(ask.lettered()) {
        let not = if answer.right { "" } else { "not " };
        assert_eq!(*line, format!("{letter} is {not}right. {}", answer.why));
    }
}

#[test]
fn a_panel_is_told_of_the_process_that_is_named() {
    let out = said(Some(story("fork-exec")), "6\nareas child\nareas nobody\n");
    assert!(out.contains("\nareas: "), "{out}");
    assert!(out.ends_with("No: there is no process \"nobody\" now.\n"), "{out}");
}

#[test]
fn without_a_scenario_one_is_chosen_by_number_or_name() {
    let ran = fed(["--plain"], "nothing\n1\nesc\nlazy\nq\n");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for (at, builtin) in ALL.iter().enumerate() {
        assert!(ran.out.contains(&format!("\n{}. {}: ", at + 1, builtin.name)), "{}", builtin.name);
    }
    let title = |at: usize| {
        let scenario = pagewalk::scenario::read::read(ALL[at].source()).unwrap();
        scenario.title
    };
    assert!(ran.out.contains("No: there is no scenario \"nothing\""), "{}", ran.out);
    assert!(ran.out.contains(&format!("\n0. {}: go on where you were\n", title(0))), "{}", ran.out);
    let lazy = ALL.iter().position(|builtin| builtin.name == "lazy-heap").unwrap();
    let (_, after) = ran.out.split_once("go on where you were").unwrap();
    assert!(after.contains(&format!("\n{}", title(lazy))), "{after}");
    // The one that was left goes on where it was.
    let back = said(None, "1\n3\nesc\n0\n");
    assert_eq!(back.matches("Step 3 of ").count(), 2, "{back}");
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let folder = scratch("plain-hostile");
    let text = edited("fork-exec", "fork, then exec", "\\u001b]0;x\\u0007 \\u202e title\\nof two lines");
    std::fs::write(folder.join("bad.json"), text).unwrap();
    let name = folder.join("bad.json");
    let ran = fed([Path::new("--plain"), &name], "\x1b[31m\nwhere\nall\n\u{202e}\n");
    assert_eq!(ran.status, 0);
    assert!(!ran.out.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{:?}", ran.out);
    assert!(ran.out.contains("title of two lines"), "{}", ran.out);
    // Neither is a line without an end a way to fill the memory, nor bytes that are no text.
    let ran = fed(["--plain", "fork-exec"], [b'\xff'].repeat(100_000));
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("No: there is no command"), "{}", ran.out);
}
