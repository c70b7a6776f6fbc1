//! The terminal while it is ours: raw mode, the other screen, the mouse; and how it is given back, whatever happens.

use super::tty;
use crate::scenario::printable::printable;
use crate::story;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, enable_raw_mode};
use crossterm::{cursor, execute};
use ratatui::backend::CrosstermBackend;
use ratatui::{DefaultTerminal, Terminal};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The terminal is ours. It is one for the program, as the terminal is.
static HELD: AtomicBool = AtomicBool::new(false);

/// The mouse is listened to. A panic must know of it.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Panics while the terminal is ours, told when it is given back.
static UNTOLD: Mutex<String> = Mutex::new(String::new());

/// Takes the terminal, for this thread. Its panic gives the terminal back before it is told.
pub fn take() -> io::Result<DefaultTerminal> {
    listen_to_panics();
    // In the background this waits, so that the settings to give back are not those of the shell's own prompt.
    tty::wait_for_turn()?;
    let taken = take_again().and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
    taken.inspect_err(|_| drop(give_back()))
}

/// The terminal belongs to the thread that calls this: a panic of another one leaves it as it is.
fn listen_to_panics() {
    let holder = std::thread::current().id();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let is_ours = is_held() && !story::is_guarded();
        if !is_ours {
            return tell(info);
        }
        let mut untold = UNTOLD.lock().unwrap_or_else(PoisonError::into_inner);
        untold.push_str(&format!("{}\n", printable(&info.to_string())));
        drop(untold);
        if std::thread::current().id() == holder {
            let _ = give_back();
        }
    }));
}

/// Gives it back as it was, at the end. Dropped, ratatui's terminal would tell that there is no terminal any more, and
/// panic where there is nobody to be told.
pub fn leave(terminal: DefaultTerminal) -> io::Result<()> {
    std::mem::forget(terminal);
    give_back()
}

/// Gives it back as it was. What was given back already stays as it is.
pub fn give_back() -> io::Result<()> {
    if !HELD.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mouse = listen_to_mouse(false);
    let cursor = execute!(io::stdout(), cursor::Show);
    let restored = ratatui::try_restore();
    let untold = std::mem::take(&mut *UNTOLD.lock().unwrap_or_else(PoisonError::into_inner));
    // Standard error may be gone together with the terminal.
    let _ = io::stderr().write_all(untold.as_bytes());
    restored.and(mouse).and(cursor)
}

/// Whether the terminal is ours.
pub fn is_held() -> bool {
    HELD.load(Ordering::SeqCst)
}

/// Gives back what needs no writing, where that may take for ever: lines and signals are made of keys again.
pub fn give_keys_back() {
    let _ = crossterm::terminal::disable_raw_mode();
}

/// Takes it again, after it was given back for a while.
pub fn take_again() -> io::Result<()> {
    HELD.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    // Where that cannot be had, half a key is waited for.
    let _ = tty::read_at_once();
    execute!(io::stdout(), EnterAlternateScreen, cursor::Hide)
}

/// Listens to the mouse from here on, or no longer.
pub fn listen_to_mouse(listen: bool) -> io::Result<()> {
    if MOUSE.swap(listen, Ordering::SeqCst) == listen {
        return Ok(());
    }
    match listen {
        true => execute!(io::stdout(), EnableMouseCapture),
        false => execute!(io::stdout(), DisableMouseCapture),
    }
}
