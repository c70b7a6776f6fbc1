//! The terminal: what comes from it becomes messages, and what the model shows goes to it. However the program ends, it is
//! as it was before.

mod answer;
pub mod follow;
mod held;
mod input;
mod looks;
#[cfg_attr(not(unix), path = "terminal/no_signals.rs")]
mod signals;
#[cfg_attr(not(unix), path = "terminal/no_tty.rs")]
mod tty;

use super::message::Message;
use super::model::Model;
use super::reload::{self, Reload};
use super::update::update;
use super::{Seen, draw, keys, mouse};
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{Event, KeyEventKind};
use crossterm::execute;
use input::{Came, Input};
use signals::Turn;
pub use signals::end_as_asked;
use std::io;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How long until it is seen that a file has changed, or that the program goes on after a stop, while nobody presses a key.
const LOOK: Duration = Duration::from_millis(100);

/// Shows a model and obeys keys until the user quits. Files that were read again arrive meanwhile.
pub fn run(
    model: &mut Model,
    reloads: Option<&Receiver<Reload>>,
    seen: Seen<'_>,
    colour: bool,
) -> io::Result<()> {
    crossterm::style::force_color_output(colour);
    model.looks = looks::of(&model.comfort, colour);
    let turn = Turn::default();
    signals::obey(&turn)?;
    let mut terminal = turn.take(held::take)?;
    let mut input = Input::new(model.looks.fits);
    let ended = obey(&mut terminal, &mut input, model, reloads, seen, &turn);
    input.settle();
    turn.take(|| held::leave(terminal))?;
    ended
}

fn obey(
    terminal: &mut ratatui::DefaultTerminal,
    input: &mut Input,
    model: &mut Model,
    reloads: Option<&Receiver<Reload>>,
    seen: Seen<'_>,
    turn: &Turn,
) -> io::Result<()> {
    let size = terminal.size()?;
    update(model, Message::Resize(size.width, size.height));
    while !model.quit {
        draw_in(turn, |anew| show(terminal, model, anew).and_then(|()| input.ask()))?;
        seen(model);
        match next(input, model, reloads, turn)? {
            Next::Message(message) => update(model, message),
            Next::Reload(reload) => reload::update(model, reload),
            Next::Light(light) => model.looks.fit(light),
            Next::Resumed => input.resume(),
            Next::End => model.quit = true,
            Next::Nothing => update(model, Message::Tick),
        }
        if std::mem::take(&mut model.suspend) {
            signals::suspend()?;
        }
    }
    Ok(())
}

/// Draws while nobody else writes to the terminal, anew if it was given back meanwhile. Who is to end may have it no more.
fn draw_in(turn: &Turn, draw: impl FnOnce(bool) -> io::Result<()>) -> io::Result<()> {
    turn.take(|| if signals::is_asked_to_end() { Ok(()) } else { draw(turn.resumed()) })
}

/// What the terminal's event means now. A mouse that is moved, and a key that means nothing, mean nothing.
fn meant(model: &Model, event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => keys::message(model, *key),
        Event::Mouse(event) => mouse::message(model, *event),
        Event::Resize(columns, rows) => Some(Message::Resize(*columns, *rows)),
        _ => None,
    }
}

/// Draws the model, and does what else the terminal shall do.
fn show(terminal: &mut ratatui::DefaultTerminal, model: &mut Model, anew: bool) -> io::Result<()> {
    held::listen_to_mouse(model.comfort.mouse)?;
    if let Some(text) = model.copied.take() {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?;
    }
    if anew {
        // An empty picture first, as the other screen is empty: then what differs from it is drawn, which is all.
        terminal.draw(|_| {})?;
    }
    terminal.draw(|frame| {
        draw::screen(model, frame.area(), frame.buffer_mut());
        super::finish(model, frame.buffer_mut());
    })?;
    Ok(())
}

/// What ends the waiting.
enum Next {
    /// The terminal has something that means something.
    Message(Message),
    /// The file was read again.
    Reload(Reload),
    /// The terminal has a light page, or a dark one.
    Light(bool),
    /// The program goes on after a stop.
    Resumed,
    /// A signal has asked for the end.
    End,
    /// It took too long.
    Nothing,
}

/// Waits for something that means something: from the terminal, a file, the end of a stop, or that of the patience.
fn next(
    input: &mut Input,
    model: &Model,
    reloads: Option<&Receiver<Reload>>,
    turn: &Turn,
) -> io::Result<Next> {
    let end = model.patience().map(|patience| Instant::now() + patience);
    loop {
        if let Some(reload) = reloads.and_then(|reloads| reloads.try_recv().ok()) {
            return Ok(Next::Reload(reload));
        }
        if signals::is_asked_to_end() {
            return Ok(Next::End);
        }
        if turn.is_resumed() {
            return Ok(Next::Resumed);
        }
        let left = end.map_or(LOOK, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(Next::Nothing);
        }
        match input.next(left.min(LOOK))? {
            Some(Came::Light(light)) => return Ok(Next::Light(light)),
            Some(Came::Event(event)) => {
                if let Some(message) = meant(model, &event) {
                    return Ok(Next::Message(message));
                }
            }
            None => {}
        }
    }
}
