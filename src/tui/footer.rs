//! The footer: the most important keys of the moment. Where not all fit, the least important fall away first.

use super::keys::{self, Binding, Place};
use super::layout;
use super::model::{Model, Player};
use ratatui::layout::{Position, Rect};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// A key in the footer.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Which key.
    pub binding: &'static Binding,
    /// The column in which it begins: with a space.
    pub x: u16,
}

impl Item {
    /// What the key is called: the first of its names.
    pub fn key(&self) -> &'static str {
        self.binding.label.split(' ').next().unwrap_or_default()
    }

    /// What it does, in one word.
    pub fn word(&self) -> &'static str {
        self.binding.footer.0
    }

    /// How many columns it takes, with a space before it, between and after it.
    pub fn width(&self) -> u16 {
        width(self.binding)
    }
}

fn width(binding: &Binding) -> u16 {
    let key = binding.label.split(' ').next().unwrap_or_default();
    (key.width() + binding.footer.0.width() + 3) as u16
}

/// The keys that some places have room for, after a message.
pub fn items(places: &[Place], message: Option<&str>, area: Rect) -> Vec<Item> {
    let used = message.map_or(0, |text| text.width() as u16 + 4);
    let room = area.width.saturating_sub(used);
    let here = |binding: &&Binding| places.contains(&binding.place) && binding.footer.1 > 0;
    let mut shown: Vec<&Binding> = keys::TABLE.iter().filter(here).collect();
    while shown.iter().map(|binding| width(binding)).sum::<u16>() > room {
        let least = shown.iter().enumerate().min_by_key(|(_, binding)| binding.footer.1);
        match least.map(|(at, _)| at) {
            Some(at) => shown.remove(at),
            None => break,
        };
    }
    let mut x = area.x + used;
    let item = |binding| {
        let item = Item { binding, x };
        x += item.width();
        item
    };
    shown.into_iter().map(item).collect()
}

/// What stands before the keys: something to tell, or that the story plays by itself.
pub fn message(player: &Player) -> Option<Cow<'_, str>> {
    let playing = || player.playing.then(|| format!("playing, {}", player.speed.words()).into());
    player.message.as_deref().map(Cow::Borrowed).or_else(playing)
}

/// The key that stands at a place of the screen. While somebody speaks, or where there is no room, no keys are told.
pub fn at(model: &Model, area: Rect, place: Position) -> Option<&'static Binding> {
    let is_small = area.width < layout::SMALLEST.0 || area.height < layout::SMALLEST.1;
    let presenting = model.sheet.is_none() && model.player().is_some_and(|player| player.stage.presenting);
    if place.y + 1 != area.bottom() || is_small || presenting || model.line.is_some() {
        return None;
    }
    // A sheet has the last row for its own keys.
    let player = model.player().filter(|_| model.sheet.is_none());
    let message = player.and_then(message);
    let row = Rect { y: place.y, height: 1, ..area };
    let items = items(keys::places(model), message.as_deref(), row);
    items.iter().find(|item| (item.x..item.x + item.width()).contains(&place.x)).map(|item| item.binding)
}
