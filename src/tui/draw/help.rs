//! All keys of the place, and the signs, under the screen's header.

use super::super::keys::{self, Place};
use super::super::model::{Model, Screen};
use super::super::panels::Shown;
use super::super::rows::Rows;
use super::panel;
use crate::view::{Line, Mark, Panel, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

/// How wide keys and signs are.
const LABEL: usize = 12;

/// Draws the help, scrolled by so many rows.
pub fn draw(model: &Model, scroll: i32, area: Rect, buffer: &mut Buffer) {
    let shown = shown(model, area);
    // What it lies over is put away whole: pieces of panels on both sides would only distract.
    Clear.render(Rect { y: shown.area.y, height: area.bottom() - shown.area.y, ..area }, buffer);
    panel::draw(&shown, false, scroll, buffer);
    super::edge(Rect { y: shown.area.bottom(), ..shown.area }, buffer);
    let footer = Rect { y: area.bottom() - 1, height: 1, ..area };
    super::footer(&[Place::Help, Place::Everywhere], None, footer, buffer);
}

/// The help and where it is: between the header and the rule that ends it.
pub(in super::super) fn shown(model: &Model, area: Rect) -> Shown {
    let width = area.width.min(76);
    let lines = match model.screen {
        Screen::Gallery => keys(&[Place::Gallery, Place::Everywhere]),
        Screen::Play(_) => {
            let keys = keys(&[Place::Story, Place::Question, Place::Everywhere]);
            [keys, vec![Line::default()], signs()].concat()
        }
    };
    let panel = Panel { title: "Keys and signs".into(), lines, focus: 0 };
    let rows = Rows::of(&panel, width.saturating_sub(1));
    let height = rows.height().min(area.height.saturating_sub(3));
    Shown { tab: None, rows, area: Rect { x: (area.width - width) / 2, y: 1, width, height } }
}

fn keys(places: &[Place]) -> Vec<Line> {
    let bindings = keys::TABLE.iter().filter(|binding| places.contains(&binding.place));
    let line = |binding: &keys::Binding| {
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
    let others = others.map(|(glyph, words)| (Role::Strong, glyph.to_owned(), words));
    let line = |(role, glyph, words)| Line::of(role, format!("{glyph:LABEL$}")).with(Role::Plain, words);
    marks.into_iter().chain(others).map(line).collect()
}
