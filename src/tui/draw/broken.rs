//! What is wrong with the newest text of a file, over the last run that could be played.

use super::super::ink::Ground;
use super::super::reload::Broken;
use super::super::rows;
use super::panel;
use crate::view::{Line, Role, count};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

/// The most rows that the problems take: the run is what one looks at.
const MOST_ROWS: u16 = 14;

/// Draws the problems in the lower part of the area, which keeps a third at least.
pub fn draw(broken: &Broken, area: Rect, buffer: &mut Buffer) {
    let mut lines = lines(broken, area.width.saturating_sub(1));
    let most = usize::from(MOST_ROWS.min(area.height * 2 / 3)).saturating_sub(1);
    if lines.len() > most {
        lines.truncate(most.saturating_sub(1));
        let name = &broken.source.name;
        lines.push(Line::of(Role::Dim, format!("… and more: pagewalk check {name} tells all of it")));
    }
    let height = lines.len() as u16 + 1;
    let window = Rect { y: area.bottom().saturating_sub(height), height, ..area }.intersection(area);
    Clear.render(window, buffer);
    super::rule(&title(broken), (Ground::Chosen, Ground::Page), window, buffer);
    for (line, y) in lines.iter().zip(window.y + 1..window.bottom()) {
        panel::line(
            line,
            Rect { x: window.x + 1, y, width: window.width.saturating_sub(1), height: 1 },
            buffer,
        );
    }
}

fn title(broken: &Broken) -> String {
    let problems = count(broken.problems.len() as u64, "problem");
    format!("✗ {} has {problems}: this is the run before · Esc hides it", broken.source.name)
}

/// The problems as the command line tells them. Sentences are wrapped; lines of the file are cut around what is marked.
fn lines(broken: &Broken, columns: u16) -> Vec<Line> {
    let mut lines = vec![];
    for problem in &broken.problems {
        let told = match problem.place {
            Some(_) => problem.render_within(&broken.source, usize::from(columns)),
            None => {
                let help = problem.help().map(|help| format!("\nhelp: {help}"));
                format!("error: {}{}", problem.title(), help.unwrap_or_default())
            }
        };
        for line in told.lines() {
            let role = match line {
                _ if line.starts_with("error:") => Role::Fault,
                _ if line.starts_with("help:") => Role::Good,
                _ => Role::Plain,
            };
            match role {
                Role::Plain => lines.push(Line::of(role, line)),
                _ => lines.extend(rows::broken(&Line::of(role, line), columns.into())),
            }
        }
    }
    lines
}
