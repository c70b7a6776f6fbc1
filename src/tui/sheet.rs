//! What lies over the screen for a while: help and explanations. What they say, where, and what messages do to them.

use super::keys::{self, Binding, Place};
use super::message::Message;
use super::model::{Model, Screen, Sheet};
use super::palette;
use super::rows::Rows;
use super::search;
use super::select::{SELECTED, TIED};
use super::travel::travel;
use crate::view::{Line, Mark, Panel, Role, Thing};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// How wide keys and signs are.
const LABEL: usize = 14;
/// How wide commands are in the palette.
const PALETTE: usize = 26;

/// A sheet on the screen: its rows, and where they are; the rule above counts, the one below does not.
#[derive(Clone, Debug)]
pub struct Laid {
    /// What it says.
    pub rows: Rows,
    /// Where.
    pub area: Rect,
}

impl Laid {
    /// How many of its rows can be seen.
    pub fn height(&self) -> usize {
        self.area.height.saturating_sub(1).into()
    }
}

/// Does what a message says to the sheet that lies over the screen.
pub fn update(model: &mut Model, message: Message) {
    let laid = laid(model, model.area());
    let Some(sheet) = &mut model.sheet else { return };
    match (sheet, message) {
        (Sheet::Help { filter, .. }, Message::Type('?')) if filter.is_empty() => model.sheet = None,
        (Sheet::Help { filter, scroll }, Message::Type(c)) if filter.len() < 30 => {
            filter.push(c);
            *scroll = 0;
        }
        (Sheet::Help { filter, .. }, Message::Erase) => drop(filter.pop()),
        (Sheet::Help { scroll, .. } | Sheet::Explain { scroll, .. }, Message::Scroll(rows)) => {
            let Some(laid) = laid else { return };
            *scroll = laid.rows.scrolled(laid.height(), *scroll, rows);
        }
        (Sheet::Explain { .. }, Message::Go(go)) => {
            if let Screen::Play(player) = &mut model.screen {
                travel(player, go);
            }
        }
        (Sheet::Palette { query, chosen }, Message::Type(c)) if query.len() < 60 => {
            query.push(c);
            *chosen = 0;
        }
        (Sheet::Palette { query, chosen }, Message::Erase) => {
            query.pop();
            *chosen = 0;
        }
        (Sheet::Palette { query, chosen }, message @ (Message::Scroll(_) | Message::Enter)) => {
            let (query, at) = (query.clone(), *chosen);
            match message {
                Message::Scroll(rows) => choose(model, &query, at.saturating_add_signed(rows as isize)),
                _ => palette::choose(model, &query, at),
            }
        }
        (
            Sheet::Explain { .. },
            message @ (Message::Prompt(_) | Message::Find(_) | Message::Palette | Message::Help),
        ) => {
            model.sheet = None;
            super::update::update(model, message);
        }
        (Sheet::Help { .. }, Message::Back) | (_, Message::Back | Message::Help) => model.sheet = None,
        _ => {}
    }
}

/// How an entry is called, with space before its words.
fn label(label: &str) -> String {
    let gap = if label.width() > PALETTE { " · " } else { " " };
    format!("{label:PALETTE$}{gap}")
}

/// Chooses an entry of the palette, or the last one.
fn choose(model: &mut Model, query: &str, at: usize) {
    let last = palette::entries(model, query).len().saturating_sub(1);
    if let Some(Sheet::Palette { chosen, .. }) = &mut model.sheet {
        *chosen = at.min(last);
    }
}

/// The palette's entries, a line each.
fn palette(model: &Model, query: &str, chosen: usize) -> Panel {
    let entries = palette::entries(model, query);
    let count = entries.len();
    let mut lines: Vec<Line> = entries
        .into_iter()
        .map(|entry| Line::of(Role::Dim, label(&entry.label)).with(Role::Plain, entry.words))
        .collect();
    if let Some(line) = lines.get_mut(chosen) {
        line.mark = Mark::Here;
        line.spans.iter_mut().for_each(|span| span.role = Role::Strong);
    }
    if lines.is_empty() {
        lines.push(Line::of(Role::Dim, "Nothing has this in its words. Backspace takes letters back."));
    }
    let title = match query {
        "" => format!("Everything that can be done · {count} · type to narrow it"),
        query => format!("{query}▏ · {count}"),
    };
    Panel { title, lines, focus: chosen }
}

/// The sheet that lies over a screen of this size: between the header and the last rows.
pub fn laid(model: &Model, area: Rect) -> Option<Laid> {
    let (panel, width) = match model.sheet.as_ref()? {
        Sheet::Help { filter, .. } => (help(model, filter), 78),
        Sheet::Palette { query, chosen } => (palette(model, query, *chosen), 78),
        Sheet::Explain { thing, .. } => (explained(model, *thing)?, 100),
    };
    // A column or two of what lies under it would only look broken.
    let width = if area.width < width + 8 { area.width } else { width };
    let rows = Rows::of(&panel, width.saturating_sub(2));
    let height = rows.height().min(area.height.saturating_sub(3));
    Some(Laid { rows, area: Rect { x: area.x + (area.width - width) / 2, y: area.y + 1, width, height } })
}

fn explained(model: &Model, thing: Thing) -> Option<Panel> {
    let story = &model.player()?.story;
    Some(crate::view::explain::explain(story, thing))
}

/// All keys of the place, and the signs; those that have all typed words in them.
fn help(model: &Model, filter: &str) -> Panel {
    let lines = match model.screen {
        Screen::Gallery => keys(&[Place::Gallery, Place::Everywhere]),
        Screen::Play(_) => {
            let keys = keys(&[Place::Story, Place::Question, Place::Everywhere]);
            [keys, vec![Line::default()], signs()].concat()
        }
    };
    let has = |line: &Line| search::has_all_words(&line.to_string(), filter);
    let mut found: Vec<Line> = lines.into_iter().filter(has).collect();
    if found.is_empty() {
        found.push(Line::of(
            Role::Dim,
            "No key and no sign has this in its words. Backspace takes letters back.",
        ));
    }
    let title = match filter {
        "" => "Keys and signs · type to filter".to_owned(),
        filter => format!("Keys and signs · {filter}"),
    };
    Panel { title, lines: found, focus: 0 }
}

fn keys(places: &[Place]) -> Vec<Line> {
    let bindings = keys::TABLE.iter().filter(|binding| places.contains(&binding.place));
    let line = |binding: &Binding| {
        Line::of(Role::Strong, format!("{:LABEL$}", binding.label)).with(Role::Plain, binding.words)
    };
    bindings.map(line).collect()
}

fn signs() -> Vec<Line> {
    let marks = Mark::LEGEND.map(|(mark, words)| (mark.role(), mark.glyph().to_string(), words));
    let others = [
        ("C", "copy-on-write: the next store copies, or gives W back"),
        ("[0ff] 80034", "indices, offsets and page numbers are hexadecimal, without 0x"),
        ("h2", "a frame: what it is used for, and how many hold it"),
        ("Step 2", "in sentences: a step of the specification's translation algorithm"),
        ("refs 2", "two page tables or caches hold the frame"),
        ("●", "this moment, on the timeline"),
        ("▲", "a trap, on the timeline"),
        ("✗", "an invariant breaks, on the timeline"),
        ("┼", "a chapter begins, on the timeline"),
    ];
    let lit = [(SELECTED, "what is selected is here"), (TIED, "what is tied to it is here")];
    let lit = lit.map(|(glyph, words)| (Role::Strong, glyph.to_string(), words));
    let others = others.map(|(glyph, words)| (Role::Strong, glyph.to_owned(), words));
    let line = |(role, glyph, words)| Line::of(role, format!("{glyph:LABEL$}")).with(Role::Plain, words);
    marks.into_iter().chain(lit).chain(others).map(line).collect()
}
