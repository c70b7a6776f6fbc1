//! A pseudo-terminal with the real binary in it, and what one makes of its output.

use pagewalk::export::picture;
use pagewalk::scenario::stage::ThemeName;
use pagewalk::scenario::{library, read};
use pagewalk::story::Story;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up.
pub const DEADLINE: Duration = Duration::from_secs(30);

pub const RIGHT: &str = "\x1b[C";
pub const LEFT: &str = "\x1b[D";
pub const CTRL_C: &str = "\x03";

/// A pseudo-terminal, what runs in it, and the screen.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// What runs in it.
    pub child: Box<dyn Child + Send + Sync>,
    input: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// The screen that it drew.
    pub screen: vt100::Parser,
    /// What is behind its text, if it says so when it is asked: `ffff/ffff/ffff`.
    pub answer: Option<String>,
    /// All that came so far.
    bytes: Vec<u8>,
}

fn size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// A screen as text, without spaces at the ends of its lines.
pub fn text(screen: &vt100::Screen) -> String {
    let rows = screen.rows(0, screen.size().1);
    rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Runs a command of a shell in a new terminal, which nobody reads yet. `$PAGEWALK` is the binary.
pub fn spawn(
    command: &str,
    columns_rows: (u16, u16),
) -> (Box<dyn MasterPty + Send>, Box<dyn Child + Send + Sync>) {
    let pair = native_pty_system().openpty(size(columns_rows)).unwrap();
    let mut shell = CommandBuilder::new("sh");
    shell.args(["-c", command]);
    shell.env("PAGEWALK", env!("CARGO_BIN_EXE_pagewalk"));
    // This program too: tests that run in a terminal of another one.
    shell.env("TESTS", std::env::current_exe().unwrap());
    shell.env("TERM", "xterm-256color");
    shell.env_remove("NO_COLOR");
    // No place of the user's: a configuration of the tests, and what is no folder, where no state can be written.
    shell.env("XDG_CONFIG_HOME", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/home"));
    shell.env("XDG_STATE_HOME", "/dev/null");
    shell.env("XDG_RUNTIME_DIR", "/dev/null");
    (pair.master, pair.slave.spawn_command(shell).unwrap())
}

/// Waits for more of what a terminal shows. vte 0.15 can lose what follows a character whose bytes come in two pieces: it
/// gets whole ones, and the rest is kept. A terminal that nobody has open any more gives an error: that is its end.
pub fn characters(reader: &mut dyn Read, kept: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut bytes = [0; 4096];
    let count = reader.read(&mut bytes).ok().filter(|count| *count > 0)?;
    kept.extend_from_slice(&bytes[..count]);
    let whole = match str::from_utf8(kept) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => kept.len(),
    };
    Some(kept.drain(..whole).collect())
}

/// Sends a signal to a program.
#[track_caller]
pub fn signal(child: &dyn Child, name: &str) {
    kill(&child.process_id().unwrap().to_string(), name);
}

/// Sends a signal to the process of a number.
#[track_caller]
pub fn kill(pid: &str, name: &str) {
    assert!(Command::new("kill").args(["-s", name, pid]).status().unwrap().success());
}

/// Waits until a process is stopped.
pub fn wait_until_stopped(pid: &str) {
    let is_stopped = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    };
    while cfg!(target_os = "linux") && !is_stopped() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for the end of a program.
#[track_caller]
pub fn end(child: &mut dyn Child) -> ExitStatus {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < end, "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Terminal {
    /// Runs a command of a shell in a new terminal.
    pub fn shell(command: &str, columns_rows: (u16, u16)) -> Self {
        let (master, child) = spawn(command, columns_rows);
        let mut reader = master.try_clone_reader().unwrap();
        let input = master.take_writer().unwrap();
        let (sender, output) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            let mut kept = vec![];
            while let Some(whole) = characters(&mut *reader, &mut kept) {
                if sender.send(whole).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(columns_rows.1, columns_rows.0, 0);
        Self { master, child, input, output, screen, answer: None, bytes: vec![] }
    }

    /// pagewalk with these arguments, and on its screen already.
    pub fn pagewalk(arguments: &str, columns_rows: (u16, u16)) -> Self {
        let mut terminal = Self::shell(&format!("exec \"$PAGEWALK\" {arguments}"), columns_rows);
        terminal.wait("the other screen", |screen| screen.alternate_screen());
        terminal
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        text(self.screen.screen())
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub fn wait(&mut self, what: &str, so: impl Fn(&vt100::Screen) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !so(self.screen.screen()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited in vain for {what}. The screen:\n{}", self.text())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("ended before {what}. The screen:\n{}", self.text())
                }
            }
        }
    }

    /// Takes what came: draws it, and answers what was asked.
    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.bytes.extend_from_slice(bytes);
        let asked = String::from_utf8_lossy(bytes).contains("\x1b]11;?");
        if let Some(background) = self.answer.clone().filter(|_| asked) {
            self.press(&format!("\x1b]11;rgb:{background}\x1b\\"));
        }
    }

    /// Whether these bytes have come.
    pub fn has_shown(&self, wanted: &str) -> bool {
        String::from_utf8_lossy(&self.bytes).contains(wanted)
    }

    /// Waits until these bytes have come.
    #[track_caller]
    pub fn wait_for_bytes(&mut self, wanted: &str) {
        let end = Instant::now() + DEADLINE;
        while !self.has_shown(wanted) {
            let bytes = self.output.recv_timeout(end.saturating_duration_since(Instant::now()));
            self.take(&bytes.unwrap_or_else(|_| panic!("{wanted:?} does not come")));
        }
    }

    /// Waits until this stands on the screen.
    #[track_caller]
    pub fn see(&mut self, text: &str) {
        self.wait(&format!("\"{text}\""), |screen| self::text(screen).contains(text));
    }

    /// Waits until the screen is this and nothing else.
    #[track_caller]
    pub fn see_all(&mut self, whole: &str) {
        self.wait(&format!("the screen\n{whole}\n"), |screen| self::text(screen).trim_end() == whole);
    }

    /// Waits until this stands on the screen no more.
    #[track_caller]
    pub fn see_no(&mut self, text: &str) {
        self.wait(&format!("no \"{text}\""), |screen| !self::text(screen).contains(text));
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    /// Changes the size, as a user does who pulls at the window.
    pub fn resize(&mut self, columns_rows: (u16, u16)) {
        self.screen.screen_mut().set_size(columns_rows.1, columns_rows.0);
        self.master.resize(size(columns_rows)).unwrap();
    }

    /// What was told behind a name, up to a full stop that stands alone: `pid: 7 .`
    #[track_caller]
    pub fn told(&mut self, name: &str) -> String {
        self.wait_for_bytes(name);
        let said = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let (rest, _) = text.split_once(name)?.1.split_once(" .")?;
            Some(rest.trim().to_owned())
        };
        loop {
            if let Some(told) = said(&self.bytes) {
                return told;
            }
            let bytes = self.output.recv_timeout(DEADLINE).unwrap();
            self.take(&bytes);
        }
    }

    /// Waits for the end, reads what is left, and gives the exit status.
    #[track_caller]
    pub fn end(&mut self) -> u32 {
        let end = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end. The screen:\n{}", self.text());
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(10)) {
                self.take(&bytes);
            }
        };
        while let Ok(bytes) = self.output.recv_timeout(DEADLINE) {
            self.take(&bytes);
        }
        status.exit_code()
    }
}

/// What does not end with its test must not outlive it.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// What pagewalk draws of a moment on a screen of some size.
pub fn drawn(name: &str, moment: impl Fn(&Story) -> usize, (columns, rows): (u16, u16)) -> String {
    let scenario = read::read(library::Builtin::find(name).unwrap().source()).unwrap();
    let mut story = Story::new(scenario).unwrap();
    story.timeline.seek(moment(&story));
    let mut bytes = vec![];
    picture::text(&pagewalk::tui::picture(story, (columns, rows), None, ThemeName::Dark, false), &mut bytes)
        .unwrap();
    String::from_utf8(bytes).unwrap().trim_end_matches('\n').to_owned()
}
