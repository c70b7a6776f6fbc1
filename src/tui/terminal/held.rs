//! The terminal while it is ours: raw mode, the other screen, the mouse; and how it is given back, whatever happens.

use super::tty;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::{cursor, execute};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The terminal is ours. It is one for the program, as the terminal is.
static HELD: AtomicBool = AtomicBool::new(false);

/// The mouse is listened to. A panic must know of it.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Takes the terminal. A panic gives it back before it is told.
pub fn take() -> io::Result<ratatui::DefaultTerminal> {
    let terminal = ratatui::try_init()?;
    HELD.store(true, Ordering::SeqCst);
    // Where that cannot be had, half a key is waited for.
    let _ = tty::read_at_once();
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let _ = listen_to_mouse(false);
        told(info);
    }));
    Ok(terminal)
}

/// Gives it back as it was, at the end. Dropped, ratatui's terminal would tell that there is no terminal any more, and
/// panic where there is nobody to be told.
pub fn leave(terminal: ratatui::DefaultTerminal) -> io::Result<()> {
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
    ratatui::try_restore()?;
    mouse.and(cursor)
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
    crossterm::terminal::enable_raw_mode()?;
    let _ = tty::read_at_once();
    execute!(io::stdout(), crossterm::terminal::EnterAlternateScreen, cursor::Hide)
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
