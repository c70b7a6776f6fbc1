//! Presenting: what the room sees while somebody speaks.
//!
//! One column of the layout, the one with the focus in it, and the sentence in letters as large as there is room for. Keys
//! and settings are not told; the rest is a quiet page.

use super::arrange;
use super::layout;
use super::model::Player;
use super::rows::broken;
use crate::scenario::stage::PanelName;
use crate::view::{Line, Role, words};
use ratatui::layout::{Constraint, Layout, Rect};
use tui_big_text::PixelSize;

/// What is presented, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// The room sees a calm screen instead of the whole one.
    pub presenting: bool,
    /// All but the panel in focus and the sentence is dimmed.
    pub spotlight: bool,
    /// The screen is black.
    pub black: bool,
}

/// Where everything is while presenting.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The chapter and the place.
    pub header: Rect,
    /// The panels.
    pub body: Rect,
    /// The sentence, without the row of space above it.
    pub sentence: Rect,
    /// The timeline.
    pub timeline: Rect,
    /// What there is to say to the speaker; empty most of the time.
    pub footer: Rect,
}

/// How large letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// As many columns and rows as this for each of them.
    Large(PixelSize, (u16, u16)),
    /// As all other text.
    Usual,
}

/// From the largest to the smallest that is drawn in blocks which every font has.
const SIZES: [Letters; 2] =
    [Letters::Large(PixelSize::HalfHeight, (8, 4)), Letters::Large(PixelSize::Quadrant, (4, 4))];

/// The sentence of the moment: what happens, or what the scenario is about.
pub fn sentence(player: &Player) -> String {
    words::sentence(&player.story).unwrap_or_else(|| player.story.scenario.summary.clone())
}

/// The sentence in lines, with the largest letters in which it takes at most two fifths of the screen.
pub fn letters(text: &str, area: Rect) -> (Letters, Vec<String>) {
    let columns = area.width.saturating_sub(2);
    for size in SIZES {
        let Letters::Large(_, (width, height)) = size else { continue };
        let lines = wrapped(text, usize::from(columns / width));
        let fits = lines.len() * usize::from(height) <= usize::from(area.height * 2 / 5);
        if fits && text.is_ascii() {
            return (size, lines);
        }
    }
    (Letters::Usual, wrapped(text, columns.into()))
}

/// Where everything is on a screen of this size.
pub fn frame(player: &Player, area: Rect) -> Frame {
    let text = sentence(player);
    let rows = match letters(&text, area) {
        (Letters::Large(_, (_, height)), lines) => lines.len() as u16 * height,
        // The author's words have room here as well.
        (Letters::Usual, lines) => lines.len() as u16 + note(player, area).len() as u16,
    };
    // A panel says something from four rows on; around it stand five.
    let most = (area.height / 2).min(area.height.saturating_sub(9)).max(5);
    let rows = rows.clamp(5, most);
    let [header, _, body, _, sentence, timeline, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(rows),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    Frame { header, body, sentence, timeline, footer }
}

/// The author's words in lines, where the letters leave room for them.
pub fn note(player: &Player, area: Rect) -> Vec<String> {
    let note = player.story.step().and_then(|step| step.note.as_deref());
    note.map_or(vec![], |note| wrapped(note, area.width.saturating_sub(2).into()))
}

/// The panels that are shown while presenting: the column of the layout that has the focus in it.
pub fn panels(player: &Player, columns: u16) -> Vec<PanelName> {
    let all = arrange::columns(player.layout, columns);
    let column = all.iter().find(|column| column.places.iter().any(|place| place.name == player.focus));
    let names = column.map_or(vec![], |column| column.places.iter().map(|place| place.name).collect());
    match (names.as_slice(), player.layout) {
        ([], _) => vec![arrange::main(player.layout)],
        // The overview is the way of an address: what else stands in its columns is not the point.
        (names, crate::scenario::stage::Layout::Overview)
            if is_walk(player.focus) && names.contains(&PanelName::Tables) =>
        {
            vec![PanelName::Translate, PanelName::Tables]
        }
        _ => names,
    }
}

/// Whether a panel is part of the way of an address.
fn is_walk(panel: PanelName) -> bool {
    matches!(panel, PanelName::Translate | PanelName::Tables)
}

/// How much each of them wants, the one in focus first.
pub fn want(player: &Player, name: PanelName, rows: u16) -> layout::Want {
    layout::Want { rows, least: 0, rank: u8::from(name != player.focus && name != PanelName::Translate) }
}

/// Text in lines of at most so many characters, broken between words where that can be.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let rows = broken(&Line::of(Role::Plain, text), columns);
    rows.iter().map(|row| row.to_string().trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_large_as_there_is_room_for() {
        let area = |columns, rows| Rect::new(0, 0, columns, rows);
        let size = |text: &str, columns, rows| letters(text, area(columns, rows)).0;
        assert_eq!(size("A trap.", 200, 60), SIZES[0]);
        assert_eq!(
            size("The page is not valid: the kernel looks for an area that it lies in.", 120, 40),
            SIZES[1]
        );
        assert_eq!(size(&"word ".repeat(40), 80, 24), Letters::Usual);
        assert_eq!(size("→", 200, 60), Letters::Usual, "the letters have no arrows");
    }

    #[test]
    fn nothing_is_lost_between_lines() {
        let text = "one two three 0123456789 four";
        for columns in 1..30 {
            let lines = wrapped(text, columns);
            assert!(lines.iter().all(|line| line.chars().count() <= columns), "{columns}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""), "{columns}");
        }
    }
}
