//! The terminal is asked what colour is behind its text. Nothing waits for its answer, which chooses the theme and never
//! acts as keys, however late it is; and no other program gets it.

use crate::harness::{LEFT, RIGHT, Terminal, drawn, text};
use std::time::Duration;

const PAGEWALK: &str = "export COLORTERM=truecolor; \"$PAGEWALK\"";
const QUESTION: &str = "\x1b]11;?";
const WHITE: &str = "\x1b]11;rgb:ffff/ffff/ffff\x07";

/// How bright the page is that is shown.
fn brightness(screen: &vt100::Screen) -> Option<u32> {
    match screen.cell(screen.size().0 - 1, screen.size().1 - 1)?.bgcolor() {
        vt100::Color::Rgb(r, g, b) => Some(u32::from(r) + u32::from(g) + u32::from(b)),
        _ => None,
    }
}

fn is_light(screen: &vt100::Screen) -> bool {
    brightness(screen).is_some_and(|sum| sum > 600)
}

fn is_dark(screen: &vt100::Screen) -> bool {
    brightness(screen).is_some_and(|sum| sum < 200)
}

/// pagewalk with the theme that fits, which has drawn its first picture and asked.
fn asking(arguments: &str) -> Terminal {
    let mut terminal = Terminal::shell(&format!("{PAGEWALK} {arguments}"), (80, 24));
    terminal.wait("a dark page", is_dark);
    terminal.wait_for_bytes(QUESTION);
    terminal
}

#[test]
fn the_background_of_the_terminal_chooses_the_theme() {
    for command in ["--theme auto fork-exec", "notes --theme auto"] {
        for (background, is_so) in [("ffff/ffff/ffff", is_light as fn(&_) -> _), ("0000/0000/0000", is_dark)]
        {
            let mut terminal = Terminal::shell(&format!("{PAGEWALK} {command}"), (80, 24));
            terminal.answer = Some(background.into());
            terminal.wait_for_bytes(QUESTION);
            terminal.wait(background, is_so);
            terminal.press("q");
            assert_eq!(terminal.end(), 0);
        }
    }
}

#[test]
fn an_answer_that_is_late_and_comes_in_pieces_is_no_key() {
    let mut terminal = asking("--theme auto fork-exec");
    terminal.press(RIGHT);
    terminal.see("event 1/");
    for byte in WHITE.chars() {
        terminal.press(&byte.to_string());
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.wait("a light page", is_light);
    terminal.see_all(&drawn("fork-exec", |_| 1, (80, 24)));
    // Keys before it and after it are keys.
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = asking("--theme auto fork-exec");
    terminal.press(&format!("{RIGHT}{WHITE}{RIGHT}{LEFT}"));
    terminal.wait("a light page", is_light);
    terminal.see_all(&drawn("fork-exec", |_| 1, (80, 24)));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn keys_that_an_answer_could_begin_with_are_keys() {
    let mut terminal = asking("--theme auto fork-exec");
    terminal.press("?");
    terminal.see("Keys and signs");
    terminal.press("\x1b");
    terminal.see_no("Keys and signs");
    terminal.press("?");
    terminal.see("Keys and signs");
    terminal.press("\x1b");
    terminal.see_no("Keys and signs");
    terminal.press("\x1b]3");
    terminal.see("Frames \u{b7}");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_theme_that_was_chosen_meanwhile_stays() {
    let mut terminal = asking("--theme auto fork-exec");
    terminal.press(":theme dark\r");
    terminal.see_no(":theme");
    terminal.press(&format!("{WHITE}{RIGHT}"));
    terminal.see("event 1/");
    assert!(is_dark(terminal.screen.screen()));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_answer_that_is_under_way_at_the_end_does_not_reach_the_shell() {
    let mut terminal = asking("--theme auto fork-exec; read -r line; echo \"line: $line\"");
    terminal.press(&format!("q{WHITE}"));
    terminal.wait("the shell's screen", |screen| !screen.alternate_screen());
    terminal.press("mine\r");
    terminal.see("line: mine");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn in_the_background_nothing_is_asked_and_the_shell_keeps_its_terminal() {
    let mut terminal = Terminal::shell("HISTFILE= exec bash --norc --noprofile -i", (80, 24));
    terminal.press("PS1='ready> '\r");
    terminal.see("ready> ");
    terminal.press("before=$(stty -a); export COLORTERM=truecolor\r");
    terminal.press("\"$PAGEWALK\" --theme auto fork-exec &\r");
    terminal.press("while [ -z \"$(jobs -s)\" ]; do sleep 0.05; done; echo $((40 + 2)) waits\r");
    terminal.see("42 waits");
    assert!(!terminal.has_shown(QUESTION), "it waits for its turn");
    terminal.answer = Some("ffff/ffff/ffff".into());
    terminal.press("fg\r");
    terminal.wait("a light page", is_light);
    terminal.press("q");
    terminal.wait("the shell's screen", |screen| !screen.alternate_screen());
    terminal.press("[ \"$before\" = \"$(stty -a)\" ] && echo $((40 + 3)) same\r");
    terminal.see("43 same");
    terminal.answer = None;
    terminal.press("\"$PAGEWALK\" --theme auto fork-exec\r");
    terminal.wait("a dark page", is_dark);
    // Stopped before the answer comes, it takes the answer first.
    terminal.press(&format!("\x1a{WHITE}"));
    terminal.wait("a second stop", |screen| text(screen).matches("Stopped").count() == 2);
    terminal.press("echo $((40 + 4)) clean\r");
    terminal.see("44 clean");
    assert!(!terminal.text().contains("rgb:"), "{}", terminal.text());
    terminal.press("fg\r");
    terminal.wait("a light page", is_light);
    terminal.press("q");
    terminal.wait("the shell's screen", |screen| !screen.alternate_screen());
    terminal.press("exit\r");
    assert_eq!(terminal.end(), 0);
}
