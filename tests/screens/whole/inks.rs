//! The inks and the characters that were seen on screens, and how they look in every theme and in ASCII.

use pagewalk::tui::ascii;
use pagewalk::tui::ink::{self, Ground};
use pagewalk::tui::theme::{self, Depth, Theme, contrast};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;
use std::collections::HashMap;
use unicode_width::UnicodeWidthStr;

/// Every ink with every character that was seen, once each: the cell in which it was seen first.
#[derive(Default)]
pub struct Inks(HashMap<(Color, Color, u64), Cell>);

impl Inks {
    /// Keeps what a screen was drawn with.
    pub fn see(&mut self, buffer: &Buffer) {
        let mut last = None;
        for cell in buffer.content() {
            let key = (cell.fg, cell.bg, number(cell.symbol()));
            if last != Some(key) {
                self.0.entry(key).or_insert_with(|| cell.clone());
                last = Some(key);
            }
        }
    }

    /// Keeps what others have seen as well.
    pub fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// What cannot be read: too little contrast in a theme, or a character that ASCII has no other one for.
    pub fn complaints(&self) -> Vec<String> {
        let mut found: Vec<String> = self.0.values().flat_map(complaints).collect();
        found.sort();
        found.dedup();
        found
    }
}

/// The bytes of a character as a number, which is quicker to look up.
fn number(symbol: &str) -> u64 {
    assert!(symbol.len() <= 8, "{symbol:?} is more than one character");
    symbol.bytes().fold(0, |number, byte| number << 8 | u64::from(byte))
}

/// A cell as a theme paints it.
pub fn painted(cell: &Cell, theme: &Theme, depth: Depth) -> Cell {
    let mut buffer = Buffer::filled(Rect::new(0, 0, 1, 1), cell.clone());
    theme.paint(depth, &mut buffer);
    buffer.content.remove(0)
}

fn complaints(cell: &Cell) -> Vec<String> {
    let mut found = vec![];
    let symbol = cell.symbol();
    let (role, ground) = ink::of(cell);
    // What the spotlight leaves in the dark need only be seen to be there; bars and rules are no text (WCAG 2.1, 1.4.11).
    let is_graphic = symbol.chars().all(|c| ('\u{2500}'..='\u{25ff}').contains(&c));
    let least = if ground == Ground::Faded || is_graphic { 3.0 } else { 4.5 };
    for theme in theme::ALL.iter().filter(|_| !symbol.trim().is_empty()) {
        for depth in [Depth::True, Depth::Indexed] {
            let cell = painted(cell, theme, depth);
            let ratio = contrast(cell.fg, cell.bg);
            if ratio < least {
                found.push(format!("{} {depth:?}: {role:?} on {ground:?} has {ratio:.2}", theme.name));
            }
        }
    }
    let mut spelt = Buffer::filled(Rect::new(0, 0, 1, 1), cell.clone());
    ascii::spell(&mut spelt);
    let spelt = spelt.content[0].symbol();
    if !spelt.is_ascii() || spelt.width() != symbol.width() || spelt == "?" && symbol != "?" {
        found.push(format!("{symbol:?} is {spelt:?} in ASCII"));
    }
    found
}
