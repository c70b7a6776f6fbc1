//! The terminal while it is ours: raw mode, the other screen, the mouse; and how it is given back, whatever happens.

use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::{cursor, execute};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The mouse is listened to. It is one for the program, as the terminal is, and a panic must know of it.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Takes the terminal. A panic gives it back before it is told.
pub fn take() -> io::Result<ratatui::DefaultTerminal> {
    let terminal = ratatui::try_init()?;
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let _ = listen_to_mouse(false);
        told(info);
    }));
    Ok(terminal)
}

/// Gives it back as it was.
pub fn give_back() -> io::Result<()> {
    let mouse = listen_to_mouse(false);
    ratatui::try_restore()?;
    mouse
}

/// The same after something that may have taken the terminal away, when there may be nothing to give back.
pub fn give_back_what_is_there() {
    let _ = give_back();
    let _ = execute!(io::stdout(), cursor::Show);
}

/// Gives back what needs no writing, where that may take for ever: lines and signals are made of keys again.
pub fn give_keys_back() {
    let _ = crossterm::terminal::disable_raw_mode();
}

/// Takes it again, after it was given back for a while.
pub fn take_again() -> io::Result<()> {
    crossterm::terminal::enable_raw_mode()?;
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
