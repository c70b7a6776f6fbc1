//! Panics while the screen is open. Nothing in pagewalk panics on demand, so a program of this file shows the screen and
//! lets what it hands to it fail: it runs in the terminal of another test.

use crate::harness::{RIGHT, Terminal};
use pagewalk::scenario::{Source, library::Builtin};
use pagewalk::story::{Story, guarded};
use pagewalk::tui::comfort::Comfort;
use pagewalk::tui::model::Model;
use pagewalk::tui::reload::{Broken, Reload};
use pagewalk::tui::remembered::Remembered;
use std::sync::mpsc::channel;

/// Hands the screen what came of reading its file again.
type Send<'a> = &'a dyn Fn(Reload);

/// Shows a story. At each moment `then` does something.
fn show(then: &mut dyn FnMut(usize, Send<'_>)) {
    let story = Story::read(Builtin::find("fork-exec").unwrap().source()).unwrap();
    let (sender, reloads) = channel();
    let send = |reload| sender.send(reload).unwrap();
    let mut last = 0;
    let seen = &mut |model: &Model| {
        let moment = model.player().unwrap().story.timeline.moment();
        if moment != std::mem::replace(&mut last, moment) {
            then(moment, &send);
        }
    };
    let comfort = Comfort { theme: pagewalk::scenario::stage::ThemeName::Dark, ..Comfort::default() };
    pagewalk::tui::follow(story, &reloads, comfort, Remembered::of_nobody(), seen, true).1.unwrap();
}

#[test]
#[ignore = "a program for the terminal of another test"]
fn a_screen() {
    show(&mut |moment, _| panic!("the screen fails at moment {moment}"));
}

#[test]
#[ignore = "a program for the terminal of another test"]
fn another_thread() {
    show(&mut |moment, send| {
        if moment == 1 {
            let failing = std::thread::spawn(|| panic!("another thread fails"));
            failing.join().unwrap_err();
        }
        if moment == 2 {
            let reading = std::thread::spawn(|| guarded(|| panic!("reading fails")));
            let problems = vec![reading.join().unwrap().unwrap_err()];
            send(Reload::Broken(Broken { source: Source::new("own.json", ""), problems }));
        }
    });
}

#[test]
fn only_the_thread_that_has_the_screen_gives_it_back_and_a_caught_panic_is_a_problem_of_the_file() {
    let command = "exec \"$TESTS\" --exact panics::another_thread --ignored --nocapture";
    let mut terminal = Terminal::shell(command, (100, 30));
    terminal.see("step 0/14");
    terminal.press(RIGHT);
    terminal.see("event 1/");
    assert!(terminal.screen.screen().alternate_screen(), "the screen stays");
    assert!(
        !terminal.text().contains("another thread fails"),
        "and is not written over: {}",
        terminal.text()
    );
    terminal.press(RIGHT);
    terminal.see("own.json has 1 problem: this is the run before");
    terminal.see("error: pagewalk itself failed, at tests/terminal/panics.rs:");
    terminal.see("reading fails");
    terminal.see("please report it");
    terminal.press("\x1b");
    terminal.see_no("pagewalk itself failed");
    terminal.press(RIGHT);
    terminal.see("event 3/");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let text = terminal.text();
    assert!(!terminal.screen.screen().alternate_screen());
    assert!(text.contains("another thread fails"), "it is told when the terminal is given back: {text}");
    assert!(!text.contains("reading fails"), "what was caught is told once: {text}");
}
