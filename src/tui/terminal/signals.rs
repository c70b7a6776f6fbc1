//! Signals: those that end the program let it keep first what is to be kept; one that stops it for a while gives the
//! terminal back, and takes it again afterwards.

use super::{held, input, tty};
use signal_hook::consts::*;
use signal_hook::iterator::Signals;
use signal_hook::low_level::{emulate_default_handler, raise};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The signal that has asked the program to end; 0 for none. It is one for the program, as signals are.
static ASKED: AtomicI32 = AtomicI32::new(0);

/// Every signal that ends a program unless it is caught, and can be. Left out are those that an instruction of the program
/// raises, because it would raise them again for ever: SIGBUS, SIGFPE, SIGILL, SIGSEGV and SIGTRAP; and SIGPIPE, which Rust
/// makes an error of writing.
const ENDS: [i32; 13] = [
    SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGXCPU, SIGXFSZ,
];

/// Those that end a program on Linux only, the real-time signals with them. The C library keeps some of those for itself.
#[cfg(target_os = "linux")]
fn more_ends() -> impl Iterator<Item = i32> {
    use rustix::process::Signal;
    [SIGIO, Signal::POWER.as_raw(), Signal::STKFLT.as_raw()].into_iter().chain(34..=64)
}

#[cfg(not(target_os = "linux"))]
fn more_ends() -> impl Iterator<Item = i32> {
    std::iter::empty()
}

/// How long the program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a signal may be under way that came with the one that lets the program go on, as `kill %1` sends two.
const UNDER_WAY: Duration = Duration::from_millis(50);

/// Who may write to the terminal, and whether it must be drawn anew.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    lock: Arc<Mutex<()>>,
    resumed: Arc<AtomicBool>,
}

impl Turn {
    /// Does something while nobody else writes to the terminal.
    pub fn take<T>(&self, what: impl FnOnce() -> T) -> T {
        let _turn = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        what()
    }

    /// Whether the terminal was given back for a while since this was asked last: all of it must be drawn.
    pub fn resumed(&self) -> bool {
        self.resumed.swap(false, Ordering::SeqCst)
    }

    /// The same, to be asked again.
    pub fn is_resumed(&self) -> bool {
        self.resumed.load(Ordering::SeqCst)
    }
}

/// From here on a signal that asks the program to end is [waited for](is_asked_to_end), and one that stops it for a while
/// gives the terminal back first.
pub fn obey(turn: &Turn) -> io::Result<()> {
    let mut ends = Signals::new(ENDS)?;
    more_ends().for_each(|signal| drop(ends.add_signal(signal)));
    let mut stops = Signals::new([SIGTSTP])?;
    // Two threads: the one that stops may have to wait for whoever draws.
    let (ending, stopping) = (turn.clone(), turn.clone());
    std::thread::spawn(move || ends.forever().for_each(|signal| end(&ending, signal)));
    std::thread::spawn(move || stops.forever().for_each(|_| stop(&stopping)));
    Ok(())
}

/// Stops the program until it may have the terminal again, or is to end. Nothing is drawn meanwhile.
fn stop(turn: &Turn) {
    input::wait_for_answer();
    turn.take(|| {
        let was_held = held::is_held();
        let _ = held::give_back();
        loop {
            let _ = emulate_default_handler(SIGTSTP);
            std::thread::sleep(UNDER_WAY);
            // What is to end has no use for the terminal, and what has ended neither.
            if !was_held || is_asked_to_end() {
                return;
            }
            // In the background there is nothing to do.
            if !tty::is_in_background() {
                break;
            }
        }
        let _ = held::take_again();
        turn.resumed.store(true, Ordering::SeqCst);
    });
}

/// Ends the program if it does not end by itself: it may be stuck, as where nobody reads what it draws.
fn end(turn: &Turn, signal: i32) {
    ASKED.store(signal, Ordering::SeqCst);
    std::thread::sleep(PATIENCE);
    match turn.lock.try_lock() {
        Ok(_turn) => drop(held::give_back()),
        Err(_) => held::give_keys_back(),
    }
    end_by(signal);
}

/// Ends the program as a signal does. Where that cannot be, it ends with the status that a shell makes of the signal.
fn end_by(signal: i32) -> ! {
    let _ = emulate_default_handler(signal);
    std::process::exit(128 + signal)
}

/// Whether a signal has asked the program to end.
pub fn is_asked_to_end() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Ends the program as the signal does that has asked for it; if none has, nothing happens.
pub fn end_as_asked() {
    if is_asked_to_end() {
        end_by(ASKED.load(Ordering::SeqCst));
    }
}

/// Asks for the shell, as Ctrl-Z does where no program listens to keys.
pub fn suspend() -> io::Result<()> {
    raise(SIGTSTP)
}
