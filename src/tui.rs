//! Floor 5, the interactive screen. The only part that knows ratatui and crossterm.
//!
//! Input flows one way: a key becomes a [`Message`](message::Message) ([`keys`]), a message changes the
//! [`Model`] ([`update`]), and [`draw`] shows the model and changes nothing. What stands where is a pure function of
//! model and area ([`panels`], [`layout`]); what panels say comes from [`crate::view`], broken into [`rows`]; how a role
//! looks is the [`theme`]'s to say. What the user has set is [`comfort`], what is known from other times [`remembered`]; both are
//! read and written elsewhere.

pub mod action;
pub mod comfort;
pub mod draw;
pub mod gallery;
pub mod keys;
pub mod layout;
pub mod message;
pub mod model;
pub mod panels;
mod picture;
pub mod reload;
pub mod remembered;
pub mod rows;
mod terminal;
pub mod theme;
mod travel;
pub mod update;

use crate::export::picture::Picture;
use crate::story::Story;
use comfort::Comfort;
use model::Model;
use ratatui::{buffer::Buffer, layout::Rect};
use reload::Reload;
use remembered::Remembered;
use std::sync::mpsc::Receiver;

/// Runs the screen until the user quits: the gallery, or a story. Gives back what is to be known at another time.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn play(
    story: Option<Story>,
    comfort: Comfort,
    remembered: Remembered,
    colour: bool,
) -> std::io::Result<Remembered> {
    let mut model = Model::new(story).for_user(comfort, remembered);
    terminal::run(&mut model, None, colour)?;
    Ok(model.into_remembered())
}

/// The same for a story whose file may be written meanwhile: what comes of reading it again arrives through a channel.
///
/// # Errors
///
/// If the terminal cannot be used.
pub fn follow(
    story: Story,
    reloads: &Receiver<Reload>,
    comfort: Comfort,
    remembered: Remembered,
    colour: bool,
) -> std::io::Result<Remembered> {
    let mut model = Model::following(story).for_user(comfort, remembered);
    terminal::run(&mut model, Some(reloads), colour)?;
    Ok(model.into_remembered())
}

/// The screen of one moment, as a picture.
pub fn picture(story: Story, columns: u16, rows: u16) -> Picture {
    picture::of(&render(&Model::new(Some(story)), columns, rows))
}

/// Draws a model on a screen of some size.
pub fn render(model: &Model, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    draw::screen(model, area, &mut buffer);
    buffer
}
