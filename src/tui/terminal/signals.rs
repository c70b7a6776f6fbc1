//! Signals: those that end the program give the terminal back first; one that stops it for a while takes it again
//! afterwards.

use super::held;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::{emulate_default_handler, raise};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// From here on a signal that asks the program to end, or to stop for a while, gives the terminal back first.
pub fn obey(turn: Turn) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Nothing is drawn meanwhile; after a signal that ends the program the turn is never given back.
            turn.take(|| {
                held::give_back_what_is_there();
                let _ = emulate_default_handler(signal);
                // Only a program that was stopped comes here: somebody has let it go on.
                if !turn.ended.load(Ordering::SeqCst) {
                    let _ = held::take_again();
                    turn.resumed.store(true, Ordering::SeqCst);
                }
            });
        }
    });
    Ok(())
}

/// Asks for the shell, as Ctrl-Z does where no program listens to keys.
pub fn suspend() -> io::Result<()> {
    raise(SIGTSTP)
}
