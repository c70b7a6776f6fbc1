//! The real binary in two pseudo-terminals: in one a scenario is played, the other shows the speaker's notes to it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]
#![cfg(unix)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(30);

/// A pseudo-terminal, what runs in it, and the screen.
struct Terminal {
    /// Kept open as long as the test looks at it.
    _master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Terminal {
    /// Runs pagewalk for a user with this runtime directory, in a new terminal of 100x30.
    fn pagewalk(arguments: &str, runtime: &Path, term: &str) -> Self {
        let size = PtySize { rows: 30, cols: 100, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_pagewalk"));
        command.args(arguments.split(' '));
        command.env("TERM", term);
        command.env("XDG_RUNTIME_DIR", runtime);
        command.env("XDG_CONFIG_HOME", "/dev/null");
        command.env("XDG_STATE_HOME", "/dev/null");
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let input = pair.master.take_writer().unwrap();
        let (sender, output) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut kept = vec![];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                kept.extend_from_slice(&bytes[..count]);
                // vte 0.15 can lose what follows a character whose bytes come in two pieces: it gets whole characters.
                let whole = match str::from_utf8(&kept) {
                    Err(error) if error.error_len().is_none() => error.valid_up_to(),
                    _ => kept.len(),
                };
                if sender.send(kept.drain(..whole).collect()).is_err() {
                    return;
                }
            }
        });
        Self { _master: pair.master, child, input, output, screen: vt100::Parser::new(30, 100, 0) }
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until each of these stands on the screen.
    #[track_caller]
    fn sees(&mut self, texts: &[&str]) {
        let end = Instant::now() + DEADLINE;
        while !texts.iter().all(|text| self.text().contains(text)) {
            let bytes = self.output.recv_timeout(end.saturating_duration_since(Instant::now()));
            self.screen.process(&bytes.unwrap_or_else(|_| panic!("no {texts:?} in\n{}", self.text())));
        }
    }

    fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Presses `q`, and waits for a good end that leaves the shell's own screen.
    #[track_caller]
    fn quit(mut self) {
        self.press("q");
        let end = Instant::now() + DEADLINE;
        let status = loop {
            while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(10)) {
                self.screen.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.text());
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(50)) {
            self.screen.process(&bytes);
        }
        assert!(status.success(), "{}", self.text());
        assert!(!self.screen.screen().alternate_screen() && !self.screen.screen().hide_cursor());
    }
}

/// What does not end with its test must not outlive it.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
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
    let mut speaker = Terminal::pagewalk("notes --no-config", runtime, XTERM);
    let mut lines = Terminal::pagewalk("notes", runtime, "dumb");
    speaker.sees(&[NOTHING]);
    lines.sees(&[NOTHING]);
    let mut room = Terminal::pagewalk("fork-exec", runtime, XTERM);
    room.sees(&["step 0/14"]);
    speaker.sees(&["1/4 A shell is running", "Short: this chapter only makes memory", "step 0/14"]);
    room.press("}}");
    room.sees(&["step 6/14", "event 1"]);
    // What the room does not see, where it is, and what comes next.
    speaker.sees(&["2/4 fork shares everything", "step 6/14 · event 1/42", "Let the room vote"]);
    speaker.sees(&["--variant \"copying fork\"", "exec throws the copy away"]);
    lines.sees(&["2/4 fork shares everything · step 6/14 · event 1/42", "Chapter after: exec throws"]);
    assert!(!room.text().contains("copying fork"), "{}", room.text());
    room.press("P.");
    speaker.sees(&["event 1/42 · presenting · black"]);
    // In the gallery nothing is played.
    room.press(".:gallery\r");
    speaker.sees(&[NOTHING]);
    room.quit();
    assert_eq!(files(runtime), 0);
    speaker.quit();
}

#[test]
fn of_several_that_are_played_the_one_that_moved_last_is_followed() {
    let runtime = tempfile::tempdir().unwrap();
    let runtime = runtime.path();
    let mut speaker = Terminal::pagewalk("notes --ascii --theme none", runtime, XTERM);
    let mut one = Terminal::pagewalk("fork-exec", runtime, XTERM);
    speaker.sees(&["fork, then exec"]);
    let mut other = Terminal::pagewalk("stack-overflow", runtime, XTERM);
    other.sees(&["step 0/"]);
    other.press("l");
    speaker.sees(&["step 1/", "event 1/"]);
    assert!(!speaker.text().contains("fork, then exec"), "{}", speaker.text());
    one.press("j");
    speaker.sees(&["fork, then exec"]);
    one.quit();
    speaker.sees(&["step 1/"]);
    // One that is killed says nothing more, and what it leaves is swept away.
    other.child.kill().unwrap();
    speaker.sees(&[NOTHING]);
    assert_eq!(files(runtime), 0);
    // What is played without state is followed by nobody.
    let mut quiet = Terminal::pagewalk("--no-state fork-exec", runtime, XTERM);
    quiet.sees(&["step 0/14"]);
    assert_eq!(files(runtime), 0);
    quiet.quit();
    speaker.quit();
}

#[test]
fn where_nothing_can_be_written_nobody_is_told_and_nothing_is_said() {
    let mut room = Terminal::pagewalk("fork-exec", Path::new("/dev/null"), XTERM);
    room.sees(&["step 0/14"]);
    room.press("l");
    room.sees(&["step 1/14"]);
    room.quit();
}
