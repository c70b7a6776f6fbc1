//! The real binary in two pseudo-terminals: in one a scenario is played, the other shows the speaker's notes to it.

use crate::harness::{Terminal, signal, text};
use std::path::Path;

/// Runs pagewalk for a user with this runtime directory, in a new terminal.
fn pagewalk(arguments: &str, runtime: &Path, term: &str) -> Terminal {
    let places = format!("TERM={term} XDG_RUNTIME_DIR='{}' XDG_CONFIG_HOME=/dev/null", runtime.display());
    Terminal::shell(&format!("exec env {places} \"$PAGEWALK\" {arguments}"), (100, 30))
}

/// Waits until each of these stands on the screen.
#[track_caller]
fn sees(terminal: &mut Terminal, texts: &[&str]) {
    let all = |screen: &vt100::Screen| texts.iter().all(|wanted| text(screen).contains(wanted));
    terminal.wait(&format!("{texts:?}"), all);
}

/// Presses `q`, and waits for a good end that leaves the shell's own screen.
#[track_caller]
fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let screen = terminal.screen.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor());
}

const NOTHING: &str = "Nothing is played.";
const XTERM: &str = "xterm-256color";

/// The files that are there to tell what is played.
fn files(runtime: &Path) -> usize {
    std::fs::read_dir(runtime.join("pagewalk")).unwrap().count()
}

#[test]
fn the_notes_follow_what_the_room_sees() {
    let runtime = tempfile::tempdir().unwrap();
    let runtime = runtime.path();
    let mut speaker = pagewalk("notes --no-config", runtime, XTERM);
    let mut lines = pagewalk("notes", runtime, "dumb");
    speaker.see(NOTHING);
    lines.see(NOTHING);
    let mut room = pagewalk("fork-exec", runtime, XTERM);
    room.see("step 0/14");
    sees(&mut speaker, &["1/4 A shell is running", "Short: this chapter only makes memory", "step 0/14"]);
    room.press("}}");
    sees(&mut room, &["step 6/14", "event 1"]);
    // What the room does not see, where it is, and what comes next.
    sees(&mut speaker, &["2/4 fork shares everything", "step 6/14 · event 1/42", "Let the room vote"]);
    sees(&mut speaker, &["--variant \"copying fork\"", "exec throws the copy away"]);
    sees(&mut lines, &["2/4 fork shares everything · step 6/14 · event 1/42", "Chapter after: exec throws"]);
    assert!(!room.text().contains("copying fork"), "{}", room.text());
    room.press("P.");
    speaker.see("event 1/42 · presenting · black");
    // In the gallery nothing is played.
    room.press(".:gallery\r");
    speaker.see(NOTHING);
    quit(room);
    assert_eq!(files(runtime), 0);
    quit(speaker);
}

#[test]
fn of_several_that_are_played_the_one_that_moved_last_is_followed() {
    let runtime = tempfile::tempdir().unwrap();
    let runtime = runtime.path();
    let mut speaker = pagewalk("notes --ascii --theme none", runtime, XTERM);
    let mut one = pagewalk("fork-exec", runtime, XTERM);
    speaker.see("fork, then exec");
    let mut other = pagewalk("stack-overflow", runtime, XTERM);
    other.see("step 0/");
    other.press("l");
    sees(&mut speaker, &["step 1/", "event 1/"]);
    assert!(!speaker.text().contains("fork, then exec"), "{}", speaker.text());
    one.press("j");
    speaker.see("fork, then exec");
    quit(one);
    speaker.see("step 1/");
    // One that is killed says nothing more, and what it leaves is swept away.
    signal(&*other.child, "KILL");
    speaker.see(NOTHING);
    assert_eq!(files(runtime), 0);
    // What is played without state is followed by nobody.
    let mut quiet = pagewalk("--no-state fork-exec", runtime, XTERM);
    quiet.see("step 0/14");
    assert_eq!(files(runtime), 0);
    quit(quiet);
    quit(speaker);
}

#[test]
fn where_nothing_can_be_written_nobody_is_told_and_nothing_is_said() {
    let mut room = pagewalk("fork-exec", Path::new("/dev/null"), XTERM);
    room.see("step 0/14");
    room.press("l");
    room.see("step 1/14");
    quit(room);
}
