//! All ways to leave pagewalk, in a table: after each the terminal is as it was before, and the shell is told how it ended.

use crate::harness::{self, CTRL_C, RIGHT, Terminal};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How pagewalk is left.
enum Leave {
    /// By keys.
    Keys(&'static str),
    /// By a signal.
    Signal(&'static str),
    /// Ctrl-Z stops it, and a signal ends it where it stands.
    Stopped(&'static str),
}
use Leave::{Keys, Signal, Stopped};

/// pagewalk as the shell runs it, what it shows, how it is left, and the status that the shell then has: 128 more than the
/// number of a signal that ended it.
type Way = (&'static str, &'static str, Leave, &'static str);

const PLAY: &str = "\"$PAGEWALK\" fork-exec";
const GALLERY: &str = "\"$PAGEWALK\"";
const NOTES: &str = "\"$PAGEWALK\" notes";
const PANICS: &str = "\"$TESTS\" --exact panics::a_screen --ignored --nocapture";

const WAYS: &[Way] = &[
    (PLAY, "step 0/", Keys("q"), "0"),
    (PLAY, "step 0/", Keys(CTRL_C), "0"),
    (PLAY, "step 0/", Keys(":quit\r"), "0"),
    (PLAY, "step 0/", Keys(":12\x03"), "0"),
    (PLAY, "step 0/", Keys("?\x03"), "0"),
    (PLAY, "step 0/", Keys("\x1b[<0;2;2M\x1b[<0;2;2mPq"), "0"),
    (GALLERY, "Scenarios", Keys("q"), "0"),
    (GALLERY, "Scenarios", Keys("\x1b"), "0"),
    (NOTES, "Nothing is played", Keys("q"), "0"),
    (NOTES, "Nothing is played", Signal("TERM"), "143"),
    // Keys come from the session's terminal where standard input is none.
    ("\"$PAGEWALK\" fork-exec <&-", "step 0/", Keys("q"), "0"),
    ("\"$PAGEWALK\" fork-exec < /dev/null", "step 0/", Signal("TERM"), "143"),
    // A terminal that is asked for its colour, and never answers.
    ("COLORTERM=truecolor \"$PAGEWALK\" --theme auto fork-exec", "step 0/", Keys("q"), "0"),
    (PLAY, "step 0/", Stopped("TERM"), "143"),
    (PLAY, "step 0/", Stopped("USR1"), "138"),
    (PANICS, "step 0/", Keys(RIGHT), "101"),
    (PLAY, "step 0/", Signal("HUP"), "129"),
    (PLAY, "step 0/", Signal("INT"), "130"),
    (PLAY, "step 0/", Signal("QUIT"), "131"),
    (PLAY, "step 0/", Signal("ABRT"), "134"),
    (PLAY, "step 0/", Signal("ALRM"), "142"),
    (PLAY, "step 0/", Signal("TERM"), "143"),
];

/// Signals whose numbers differ from system to system.
#[cfg(target_os = "linux")]
const MORE: &[Way] = &[
    (PLAY, "step 0/", Signal("USR1"), "138"),
    (PLAY, "step 0/", Signal("USR2"), "140"),
    (PLAY, "step 0/", Signal("XCPU"), "152"),
    (PLAY, "step 0/", Signal("XFSZ"), "153"),
    (PLAY, "step 0/", Signal("VTALRM"), "154"),
    (PLAY, "step 0/", Signal("PROF"), "155"),
    (PLAY, "step 0/", Signal("IO"), "157"),
    (PLAY, "step 0/", Signal("PWR"), "158"),
    (PLAY, "step 0/", Signal("SYS"), "159"),
    (PLAY, "step 0/", Signal("40"), "168"),
];
#[cfg(not(target_os = "linux"))]
const MORE: &[Way] = &[];

/// Runs pagewalk between two looks at the terminal's settings, and leaves it.
#[track_caller]
fn leave((command, shown, leave, expected): &Way) {
    let look = |name: &str| format!("echo {name} $(stty -a | tr '\\n' ' ') .");
    let (before, after) = (look("before:"), look("after:"));
    let command = command.replace("\"$", "exec \"$");
    let inner = format!("sh -c 'echo pid: $$ .; {command}'; echo status: $? .");
    let mut terminal = Terminal::shell(&format!("{before}; {inner}; {after}"), (250, 40));
    let (settings, pid) = (terminal.told("before:"), terminal.told("pid:"));
    assert!(settings.contains("icanon") && !settings.contains("-icanon"), "{settings}");
    terminal.see(shown);
    terminal.wait("a screen without a cursor", |screen| screen.alternate_screen() && screen.hide_cursor());
    match leave {
        Keys(keys) => terminal.press(keys),
        Signal(name) => harness::kill(&pid, name),
        Stopped(name) => {
            terminal.press("\x1a");
            harness::wait_until_stopped(&pid);
            terminal.wait("the shell's screen", |screen| !screen.alternate_screen());
            harness::kill(&pid, name);
            harness::kill(&pid, "CONT");
        }
    }
    assert_eq!(terminal.end(), 0, "{command}: the shell ends well");
    let screen = terminal.screen.screen();
    assert!(!screen.alternate_screen(), "{command}: the shell's own screen is back");
    assert!(!screen.hide_cursor(), "{command}: the cursor is back");
    assert_eq!(
        screen.mouse_protocol_mode(),
        vt100::MouseProtocolMode::None,
        "{command}: the mouse is the terminal's again"
    );
    assert!(!screen.bracketed_paste() && !screen.application_cursor(), "{command}: and so are its keys");
    let text = terminal.text();
    assert!(!text.contains(shown), "{command}: nothing is left of it: {text}");
    assert_eq!(terminal.told("after:"), settings, "{command}");
    assert_eq!(terminal.told("status:"), *expected, "{command}");
}

#[test]
fn however_it_is_left_the_terminal_is_as_it_was() {
    let ways: Vec<&Way> = WAYS.iter().chain(MORE).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(way) = ways.get(next.fetch_add(1, Ordering::Relaxed)) {
                    leave(way);
                }
            });
        }
    });
}
