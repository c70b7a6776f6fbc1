//! What a terminal can do to a program: a mouse, windows that are pulled at all the time, a shell that wants its terminal
//! back, a slow line, no terminal at all, one that can do nothing.

use crate::harness::{self, CTRL_C, RIGHT, Terminal, drawn};
use std::io::Read;
use std::time::{Duration, Instant};

/// A press of the left button and its release at a column and a row, from 0, as SGR reports.
fn click(column: u16, row: u16) -> String {
    let (x, y) = (column + 1, row + 1);
    format!("\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
}

/// Where a text begins on the screen.
#[track_caller]
fn find(terminal: &Terminal, wanted: &str) -> (u16, u16) {
    let text = terminal.text();
    let row = text.lines().position(|line| line.contains(wanted));
    let row = row.unwrap_or_else(|| panic!("no {wanted} in\n{text}"));
    let line = text.lines().nth(row).unwrap();
    let column = line[..line.find(wanted).unwrap()].chars().count();
    (column as u16, row as u16)
}

#[test]
fn the_mouse_chooses_layouts_selects_explains_and_travels() {
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    terminal.press(":4\r");
    terminal.see("step 4/14");
    let (x, y) = find(&terminal, "3 Memory");
    terminal.press(&click(x, y));
    terminal.see("Frames \u{b7}");
    let (x, y) = find(&terminal, "1 Overview");
    terminal.press(&click(x, y));
    terminal.see("[002]");
    let (x, y) = find(&terminal, "[002]");
    terminal.press(&click(x, y));
    terminal.see("\u{bb} ");
    terminal.press(&click(x, y));
    terminal.see("\u{b7} level 0 ");
    terminal.press("\x1b");
    terminal.see_no("\u{b7} level 0 ");
    // The right end of the timeline is the end of the story, and the wheel over it means nothing.
    terminal.press(&click(77, 22));
    terminal.see("step 14/14");
    terminal.press("\x1b[<65;78;23M");
    // From there to the left end, with the button held.
    terminal.press("\x1b[<0;78;23M\x1b[<32;40;23M\x1b[<32;3;23M\x1b[<0;3;23m");
    terminal.see("step 0/14");
    let (x, y) = find(&terminal, "q quit");
    terminal.press(&click(x, y));
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_mouse_is_left_to_the_terminal_if_the_user_wants_it() {
    use vt100::MouseProtocolMode::None as Nobody;
    let listens = |screen: &vt100::Screen| screen.mouse_protocol_mode() != Nobody;
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    terminal.wait("the mouse", listens);
    terminal.press(":mouse off\r");
    terminal.wait("no mouse", |screen| !listens(screen));
    terminal.press(":mouse on\r");
    terminal.wait("the mouse again", listens);
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(!listens(terminal.screen.screen()), "it is given back");
    let mut terminal = Terminal::pagewalk("--no-mouse fork-exec", (80, 24));
    terminal.see("step 0/14");
    assert!(!listens(terminal.screen.screen()));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_storm_of_sizes_and_keys_ends_in_the_right_picture() {
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    for round in 0..60u16 {
        terminal.resize((20 + round * 37 % 200, 5 + round * 13 % 70));
        terminal.press(["]", RIGHT, "2", "z", "z", "1", "["][usize::from(round) % 7]);
    }
    terminal.resize((120, 40));
    terminal.press("1:6\r");
    terminal.see_all(&drawn("fork-exec", |story| story.timeline.after_steps(6), (120, 40)));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_shell_gets_its_terminal_back_for_a_while() {
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    terminal.press(":7.3\r");
    let before = drawn("fork-exec", |story| story.moment_named("7.3").unwrap(), (80, 24));
    terminal.see_all(&before);
    terminal.press("\x1a");
    terminal.wait("the shell's screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    // As `fg` does it.
    let pid = terminal.child.process_id().unwrap().to_string();
    harness::wait_until_stopped(&pid);
    harness::kill(&pid, "CONT");
    terminal.wait("the other screen again", |screen| screen.alternate_screen());
    terminal.see_all(&before);
    terminal.press(RIGHT);
    terminal.see("event 4/");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn over_a_slow_line_the_last_picture_is_right() {
    // Nobody reads for a while, more is drawn than any buffer holds, and the keys wait.
    let mut terminal = Terminal::pagewalk("fork-exec", (200, 60));
    for _ in 0..40 {
        terminal.press("]2[3");
    }
    std::thread::sleep(Duration::from_millis(300));
    terminal.press("1:6\r");
    terminal.see_all(&drawn("fork-exec", |story| story.timeline.after_steps(6), (200, 60)));
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn into_a_pipe_the_screen_is_not_drawn() {
    let mut terminal = Terminal::shell("\"$PAGEWALK\" fork-exec | cat; echo done", (80, 24));
    terminal.see("done");
    let text = terminal.text();
    assert!(text.contains("standard output is not a terminal"), "{text}");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines() {
    let mut terminal = Terminal::shell("TERM=dumb \"$PAGEWALK\" fork-exec; echo \"ended $?\"", (200, 24));
    terminal.see("Enter goes on");
    assert!(!terminal.screen.screen().alternate_screen(), "nothing but lines");
    terminal.press("]\n");
    terminal.see("Why: the PTE is not valid.");
    terminal.press("q\n");
    terminal.see("ended 0");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_is_copied_goes_to_the_clipboard_of_the_terminal() {
    let mut terminal = Terminal::pagewalk("fork-exec", (80, 24));
    terminal.press(":4\r:select satp\ry");
    terminal.see("copied: 0x");
    // "0x8000…" in base 64.
    terminal.wait_for_bytes("\x1b]52;c;MHg4");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn where_nobody_reads_what_it_draws_a_signal_ends_it_all_the_same() {
    for signals in [&["TERM"][..], &["TSTP", "TERM"]] {
        // The picture is larger than what a terminal holds for its reader.
        let (master, mut child) = harness::spawn("exec \"$PAGEWALK\" fork-exec", (250, 100));
        let mut reader = master.try_clone_reader().unwrap();
        reader.read_exact(&mut [0]).unwrap();
        // Nothing tells that it waits for its reader: by then it does.
        std::thread::sleep(Duration::from_secs(2));
        let begun = Instant::now();
        for name in signals {
            harness::signal(&*child, name);
        }
        let status = harness::end(&mut *child);
        assert_eq!(status.signal(), Some("Terminated"), "{signals:?}");
        assert!(begun.elapsed() >= Duration::from_secs(2), "it was stuck indeed");
    }
}

#[test]
fn a_program_that_has_the_terminal_no_more_ends_without_a_word() {
    for (command, shown) in [("--theme dark fork-exec", "step 0/14"), ("notes", "Nothing is played.")] {
        for in_background in ["", "bg; sleep 0.3; "] {
            let mut terminal = Terminal::shell("HISTFILE= exec bash --norc --noprofile -i", (80, 24));
            terminal.press("PS1='ready> '\r");
            terminal.see("ready> ");
            terminal.press(&format!("\"$PAGEWALK\" {command}\r"));
            terminal.wait("the other screen", |screen| screen.alternate_screen());
            terminal.see(shown);
            terminal.press("\x1a");
            terminal.see("Stopped");
            // bash does not wait for a job that it still takes for a stopped one.
            let gone = "while kill -0 %1 2>/dev/null; do sleep 0.05; done; echo $((40 + 2)) left";
            terminal.press(&format!("{in_background}kill %1; {gone}\r"));
            terminal.see("42 left");
            let screen = terminal.screen.screen();
            assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{command} {in_background}");
            assert!(!terminal.text().contains(shown), "{}", terminal.text());
            terminal.press("exit\r");
            assert_eq!(terminal.end(), 0);
        }
    }
}
