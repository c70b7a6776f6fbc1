//! The speaker's screen: the clock, what to say now, and what comes next.

use super::super::ink::{Ground, text};
use super::super::notes::{KEYS, Notes, told};
use super::super::present::{self, Letters};
use super::super::rows::broken;
use super::super::speaker::{Piece, Published, Speaker};
use super::panel;
use crate::view::{Line, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;
use tui_big_text::BigText;
use unicode_width::UnicodeWidthStr;

/// Draws them.
pub fn draw(notes: &Notes, area: Rect, buffer: &mut Buffer) {
    let [header, place, body, footer] = frame(area);
    keys(footer, buffer);
    let Some(published) = &notes.published else { return nothing(area, buffer) };
    let speaker = &published.speaker;
    let clock = notes.clock().map(told).unwrap_or_default();
    ends((Role::Strong, &speaker.title), (Role::Strong, &clock), header, buffer);
    let chapter = format!("{} ({})", speaker.part(), notes.chapter_clock().map(told).unwrap_or_default());
    ends((Role::Plain, &chapter), (Role::Dim, &speaker.place()), place, buffer);
    self::body(notes, published, body, buffer);
}

/// The title, the place, the text and the keys.
fn frame(area: Rect) -> [Rect; 4] {
    Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area)
}

/// A line with text at both of its ends. What is on the right has room first.
fn ends((left_role, left): (Role, &str), (right_role, right): (Role, &str), area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let right = panel::cut(right, area.width.saturating_sub(2).into());
    let x = area.right().saturating_sub(right.width() as u16 + 1);
    let room = Rect { x: area.x + 1, width: x.saturating_sub(area.x + 2), ..area };
    panel::line(&Line::of(left_role, left), room, buffer);
    buffer.set_string(x, area.y, right, text(right_role));
}

fn nothing(area: Rect, buffer: &mut Buffer) {
    let lines = [
        Line::of(Role::Strong, "Nothing is played."),
        Line::default(),
        Line::of(Role::Plain, "In another terminal: pagewalk SCENARIO"),
        Line::of(Role::Dim, "This one follows it, unless it is played with --no-state."),
    ];
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    panel::paragraphs(&lines, Rect { height: area.height.saturating_sub(1), ..inside }, buffer);
}

/// What to say, in large letters where the rest has room as well, and the rest under it.
fn body(notes: &Notes, published: &Published, area: Rect, buffer: &mut Buffer) {
    let speaker = &published.speaker;
    let say = speaker.saying().unwrap_or_default();
    let rule = Rect { height: 1, ..area };
    let inside = inside(area);
    let rest = rest(speaker, inside);
    match present::letters(say, area) {
        (Letters::Large(size, (_, height)), lines)
            if !say.is_empty() && lines.len() * usize::from(height) + rest.len() < inside.height.into() =>
        {
            super::rule("Say", (Ground::Page, Ground::Page), rule, buffer);
            let rows = lines.len() as u16 * height;
            let lines: Vec<_> = lines.into_iter().map(ratatui::text::Line::from).collect();
            let big = BigText::builder().pixel_size(size).lines(lines).style(text(Role::Strong)).build();
            big.render(Rect { height: rows, ..inside }, buffer);
            let under = Rect { y: inside.y + rows + 1, height: inside.height - rows - 1, ..inside };
            panel::paragraphs(&rest, under, buffer);
        }
        _ => {
            let rows = rows(speaker, inside);
            let height = usize::from(inside.height);
            let first = usize::from(notes.scroll).min(rows.len().saturating_sub(height));
            let more = panel::more(first, rows.len().saturating_sub(first + height));
            let what = if say.is_empty() { "Nothing is written to be said here" } else { "Say" };
            super::rule(&format!("{what}{more}"), (Ground::Page, Ground::Page), rule, buffer);
            panel::paragraphs(&rows[first..(first + height).min(rows.len())], inside, buffer);
        }
    }
}

/// How far the text can be scrolled on a screen of this size.
pub fn furthest(notes: &Notes, area: Rect) -> u16 {
    let Some(published) = &notes.published else { return 0 };
    let inside = inside(frame(area)[2]);
    let rows = rows(&published.speaker, inside).len().saturating_sub(inside.height.into());
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// The text under the rule.
fn inside(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(2), area.height.saturating_sub(1));
    Rect { x: area.x + 1, y: area.y + 1, width, height }
}

/// All of the text in letters of the usual size.
fn rows(speaker: &Speaker, inside: Rect) -> Vec<Line> {
    let say = speaker.saying().map(|say| broken(&Line::of(Role::Strong, say), inside.width.into()));
    let space = say.is_some().then(Line::default);
    say.unwrap_or_default().into_iter().chain(space).chain(rest(speaker, inside)).collect()
}

/// What comes under what is to be said.
fn rest(speaker: &Speaker, inside: Rect) -> Vec<Line> {
    speaker.pieces().iter().map(line).flat_map(|line| broken(&line, inside.width.into())).collect()
}

/// Columns of what a piece is called.
const LABEL: usize = 14;

fn line(Piece { label, text }: &Piece) -> Line {
    let role = match *label {
        "Note" => Role::Note,
        "Question" | "Next" | "Then say" | "Chapter" => Role::Strong,
        "Answer" => Role::Good,
        _ => Role::Plain,
    };
    Line::of(Role::Dim, format!("{label:<LABEL$}")).hanging().with(role, text)
}

fn keys(area: Rect, buffer: &mut Buffer) {
    let mut line = Line::default();
    for (_, label, _, words) in KEYS {
        line = line.with(Role::Strong, format!(" {label}")).with(Role::Dim, format!(" {words} "));
    }
    panel::line(&line, area, buffer);
}
