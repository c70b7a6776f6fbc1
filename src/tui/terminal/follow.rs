//! The terminal of the one who follows: the notes of the speaker.

use super::input::{Came, Input};
use super::{Turn, draw_in, held, looks, signals};
use crate::tui::comfort::Comfort;
use crate::tui::notes::{self, LOOK, Notes};
use crate::tui::speaker::Published;
use crossterm::event::{Event, KeyEventKind};
use ratatui::DefaultTerminal;
use std::io;

/// Who says what is played.
pub type Look<'a> = &'a mut dyn FnMut() -> Option<Published>;

/// Shows what is played until the user leaves. `look` is asked for it again and again.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn run(look: Look<'_>, comfort: &Comfort, colour: bool) -> io::Result<()> {
    crossterm::style::force_color_output(colour);
    let mut notes = Notes { looks: looks::of(comfort, colour), ..Notes::default() };
    let turn = Turn::default();
    signals::obey(&turn)?;
    let mut terminal = turn.take(held::take)?;
    let mut input = Input::new(notes.looks.fits);
    let ended = follow(&mut terminal, &mut input, &mut notes, look, &turn);
    input.settle();
    turn.take(|| held::leave(terminal))?;
    ended
}

fn follow(
    terminal: &mut DefaultTerminal,
    input: &mut Input,
    notes: &mut Notes,
    look: Look<'_>,
    turn: &Turn,
) -> io::Result<()> {
    while !notes.quit && !signals::is_asked_to_end() {
        notes.follow(look(), notes::now());
        if turn.is_resumed() {
            input.resume();
        }
        draw_in(turn, |anew| show(terminal, notes, anew).and_then(|()| input.ask()))?;
        match input.next(LOOK)? {
            Some(Came::Light(light)) => notes.looks.fit(light),
            Some(Came::Event(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                notes::wish(key).into_iter().for_each(|wish| notes.obey(wish));
            }
            Some(Came::Event(_)) | None => {}
        }
        if std::mem::take(&mut notes.suspend) {
            signals::suspend()?;
        }
    }
    Ok(())
}

fn show(terminal: &mut DefaultTerminal, notes: &mut Notes, anew: bool) -> io::Result<()> {
    if anew {
        // An empty picture first, as the other screen is empty.
        terminal.draw(|_| {})?;
    }
    let size = terminal.draw(|frame| notes::paint(notes, frame.buffer_mut()))?.area.as_size();
    notes.size = (size.width, size.height);
    Ok(())
}
