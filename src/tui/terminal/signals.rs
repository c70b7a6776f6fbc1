//! Signals: those that end the program let it keep first what is to be kept; one that stops it for a while gives the
//! terminal back, and takes it again afterwards.

use super::held;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::{emulate_default_handler, raise};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Who may write to the terminal, and whether it must be drawn anew.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    lock: Arc<Mutex<()>>,
    resumed: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Turn {
    /// Does something while nobody else writes to the terminal.
    pub fn take<T>(&self, what: impl FnOnce() -> T) -> T {
        let _turn = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        what()
    }

    /// Does the last thing: after it nobody takes the terminal again.
    pub fn end<T>(&self, what: impl FnOnce() -> T) -> T {
        self.take(|| {
            self.ended.store(true, Ordering::SeqCst);
            what()
        })
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

/// The signal that has asked the program to end; 0 for none. It is one for the program, as signals are.
static ASKED: AtomicI32 = AtomicI32::new(0);

/// How long the program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// From here on a signal that asks the program to end is [waited for](is_asked_to_end), and one that stops it for a while
/// gives the terminal back first.
pub fn obey(turn: Turn) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if signal == SIGTSTP { stop(&turn) } else { end(&turn, signal) }
        }
    });
    Ok(())
}

/// Stops the program, and goes on when somebody lets it. Nothing is drawn meanwhile.
fn stop(turn: &Turn) {
    turn.take(|| {
        held::give_back_what_is_there();
        let _ = emulate_default_handler(SIGTSTP);
        if !turn.ended.load(Ordering::SeqCst) {
            let _ = held::take_again();
            turn.resumed.store(true, Ordering::SeqCst);
        }
    });
}

/// Ends the program if it does not end by itself: it may be stuck, as where nobody reads what it draws.
fn end(turn: &Turn, signal: i32) {
    ASKED.store(signal, Ordering::SeqCst);
    std::thread::sleep(PATIENCE);
    match turn.lock.try_lock() {
        Ok(_turn) => held::give_back_what_is_there(),
        Err(_) => held::give_keys_back(),
    }
    let _ = emulate_default_handler(signal);
}

/// Whether a signal has asked the program to end.
pub fn is_asked_to_end() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Ends the program as the signal does that has asked for it; if none has, nothing happens.
pub fn end_as_asked() {
    if is_asked_to_end() {
        let _ = emulate_default_handler(ASKED.load(Ordering::SeqCst));
    }
}

/// Asks for the shell, as Ctrl-Z does where no program listens to keys.
pub fn suspend() -> io::Result<()> {
    raise(SIGTSTP)
}
