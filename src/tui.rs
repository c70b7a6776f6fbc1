//! Floor 5, the interactive screen. The only part that knows ratatui and crossterm.
//!
//! Input flows one way: a key becomes a [`Message`](message::Message) ([`keys`]), a message changes the
//! [`Model`] ([`update`], [`sheet`]), and [`draw`] shows the model and changes nothing. What stands where is a pure
//! function of model and area ([`arrange`], [`panels`], [`layout`]); what panels say comes from [`crate::view`], broken into
//! [`rows`]; what is drawn is [`ink`], which is made [`harmless`], which [`ascii`] spells, and which a [`theme`] paints last of
//! all. What the user has set is [`comfort`], what is known from other times [`remembered`]; both are read and written elsewhere. What a [`speaker`] is told goes to a
//! second terminal, which shows [notes](mod@notes).

pub mod action;
pub mod arrange;
pub mod ascii;
pub mod comfort;
pub mod command;
pub mod draw;
pub mod footer;
pub mod gallery;
pub mod harmless;
pub mod ink;
pub mod keys;
pub mod layout;
pub mod line;
pub mod message;
pub mod model;
pub mod mouse;
pub mod notes;
pub mod pace;
pub mod palette;
pub mod panels;
mod picture;
pub mod present;
pub mod reload;
pub mod remembered;
pub mod rows;
pub mod search;
pub mod select;
pub mod sheet;
pub mod speaker;
mod terminal;
pub mod theme;
pub mod tour;
pub mod track;
mod travel;
pub mod update;

use crate::export::picture::Picture;
use crate::scenario::stage::{Layout, ThemeName};
use crate::story::Story;
use comfort::Comfort;
use model::{Looks, Model, Screen};
use ratatui::{buffer::Buffer, layout::Rect};
use reload::Reload;
use remembered::Remembered;
use std::sync::mpsc::Receiver;

pub use terminal::end_as_asked;

/// Who is told of every screen that is shown, as the [notes](speaker) of the speaker are.
pub type Seen<'a> = &'a mut dyn FnMut(&Model);

/// Runs the screen until the user quits: the gallery, or a story. Gives back what is to be known at another time, whatever
/// happens to the terminal.
pub fn play(
    story: Option<Story>,
    comfort: Comfort,
    remembered: Remembered,
    seen: Seen<'_>,
    colour: bool,
) -> (Remembered, std::io::Result<()>) {
    let mut model = Model::new(story).for_user(comfort, remembered);
    let ended = terminal::run(&mut model, None, seen, colour);
    (model.into_remembered(), ended)
}

/// The same for a story whose file may be written meanwhile: what comes of reading it again arrives through a channel.
pub fn follow(
    story: Story,
    reloads: &Receiver<Reload>,
    comfort: Comfort,
    remembered: Remembered,
    seen: Seen<'_>,
    colour: bool,
) -> (Remembered, std::io::Result<()>) {
    let mut model = Model::following(story).for_user(comfort, remembered);
    let ended = terminal::run(&mut model, Some(reloads), seen, colour);
    (model.into_remembered(), ended)
}

/// Runs the speaker's screen until the user quits: it shows what another program plays, for which `look` is asked.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn notes(look: terminal::follow::Look<'_>, comfort: &Comfort, colour: bool) -> std::io::Result<()> {
    terminal::follow::run(look, comfort, colour)
}

/// The screen of one moment, as a picture: in a layout, if one is named, and in the dark theme unless another one is.
pub fn picture(
    story: Story,
    (columns, rows): (u16, u16),
    layout: Option<Layout>,
    theme: ThemeName,
    ascii: bool,
) -> Picture {
    let mut model = Model::new(Some(story));
    if let (Screen::Play(player), Some(layout)) = (&mut model.screen, layout) {
        player.arrange(layout);
    }
    model.looks.ascii = ascii;
    model.looks.theme = theme::named(theme).unwrap_or(model.looks.theme);
    picture::of(&render(&model, columns, rows), model.looks.theme)
}

/// Draws a model on a screen of some size, and paints it.
pub fn render(model: &Model, columns: u16, rows: u16) -> Buffer {
    let mut buffer = drawn(model, columns, rows);
    finish(model, &mut buffer);
    buffer
}

/// Draws a model on a screen of some size, in [`ink`].
pub fn drawn(model: &Model, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw::screen(model, area, &mut buffer);
    buffer
}

/// Makes of a screen in ink what the terminal shows.
fn finish(model: &Model, buffer: &mut Buffer) {
    match model.player() {
        // Nothing, on any page.
        Some(player) if player.stage.black => theme::black(buffer),
        _ => paint(&model.looks, buffer),
    }
}

/// Makes a screen in ink harmless, spells it if it is for ASCII, and paints it.
fn paint(looks: &Looks, buffer: &mut Buffer) {
    harmless::harmless(buffer);
    if looks.ascii {
        ascii::spell(buffer);
    }
    looks.theme.paint(looks.depth, buffer);
}
