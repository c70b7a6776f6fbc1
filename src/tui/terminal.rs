//! The terminal: raw mode and the other screen while we have it, and everything as it was afterwards, also after a panic
//! and after a signal that ends the program.

use super::message::Message;
use super::model::Model;
use super::reload::{self, Reload};
use super::update::update;
use super::{draw, keys, theme};
use crossterm::event::{self, Event, KeyEventKind};
use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long until it is seen that a file has changed, while nobody presses a key.
const LOOK: Duration = Duration::from_millis(100);

/// Whoever holds it may write to the terminal.
type Turn = Arc<Mutex<()>>;

/// Shows a model and obeys keys until the user quits. Files that were read again arrive meanwhile.
pub fn run(model: &mut Model, reloads: Option<&Receiver<Reload>>, colour: bool) -> io::Result<()> {
    crossterm::style::force_color_output(colour);
    if !colour {
        model.looks.theme = &theme::NONE;
    }
    let turn = Turn::default();
    #[cfg(unix)]
    obey_signals(turn.clone())?;
    // `try_init` also has a panic give the terminal back before it is told.
    let mut terminal = ratatui::try_init()?;
    let ended = obey(&mut terminal, model, reloads, &turn);
    ratatui::try_restore()?;
    ended
}

/// From here on a signal that asks the program to end gives the terminal back first.
#[cfg(unix)]
fn obey_signals(turn: Turn) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Nothing is drawn any more: the turn is never given back.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            // After SIGHUP the terminal may be gone, and then there is nothing to give back.
            let _ = ratatui::try_restore();
            let _ = crossterm::execute!(io::stdout(), crossterm::cursor::Show);
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
    Ok(())
}

fn obey(
    terminal: &mut ratatui::DefaultTerminal,
    model: &mut Model,
    reloads: Option<&Receiver<Reload>>,
    turn: &Turn,
) -> io::Result<()> {
    let size = terminal.size()?;
    update(model, Message::Resize(size.width, size.height));
    while !model.quit {
        {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            terminal.draw(|frame| {
                draw::screen(model, frame.area(), frame.buffer_mut());
                super::finish(model, frame.buffer_mut());
            })?;
        }
        match next(model.patience(), reloads)? {
            Next::Event(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                if let Some(message) = keys::message(model, key) {
                    update(model, message);
                }
            }
            Next::Event(Event::Resize(columns, rows)) => update(model, Message::Resize(columns, rows)),
            Next::Event(_) => {}
            Next::Reload(reload) => reload::update(model, reload),
            Next::Nothing => update(model, Message::Tick),
        }
    }
    Ok(())
}

/// What ends the waiting.
enum Next {
    /// The terminal has something.
    Event(Event),
    /// The file was read again.
    Reload(Reload),
    /// It took too long.
    Nothing,
}

/// Waits for a key, for a file, or for the end of the patience.
fn next(patience: Option<Duration>, reloads: Option<&Receiver<Reload>>) -> io::Result<Next> {
    let end = patience.map(|patience| Instant::now() + patience);
    loop {
        if let Some(reload) = reloads.and_then(|reloads| reloads.try_recv().ok()) {
            return Ok(Next::Reload(reload));
        }
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(Next::Nothing);
        }
        let there = match left.into_iter().chain(reloads.map(|_| LOOK)).min() {
            Some(wait) => event::poll(wait)?,
            // Nothing else can come: reading waits.
            None => true,
        };
        if there {
            return event::read().map(Next::Event);
        }
    }
}
