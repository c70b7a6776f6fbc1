//! Five stories at a telling moment each: in every layout at a size of each class, in ink; and in every theme, as it is
//! painted. A file holds several screens.

use crate::journey::{journey, styled, text};
use crate::whole::player;
use insta::assert_snapshot;
use pagewalk::scenario::stage::Layout;
use pagewalk::tui::ink::Ground;
use pagewalk::tui::message::Message;
use pagewalk::tui::theme::{self, Theme};
use pagewalk::tui::{drawn, render, update};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A size of each class.
const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

/// The moments: the one copy of the story, the store that hits the guard page, one frame with three owners, a page that
/// comes back from swap, and a TLB that has another translation than the tables.
const MOMENTS: [(&str, &str); 5] = [
    ("fork-exec", ":12.12 Enter"),
    ("stack-overflow", "]"),
    ("mmap-file", ":9.8 Enter"),
    ("swap", ":6.3 Enter"),
    ("stale-tlb", ":9.1 Enter"),
];

#[test]
fn stories_in_every_layout_at_every_size() {
    for (name, keys) in MOMENTS {
        let mut model = journey(name, keys).model;
        for (columns, rows) in SIZES {
            let mut told = String::new();
            for layout in Layout::ALL {
                player(&mut model).arrange(layout);
                let screen = styled(&drawn(&model, columns, rows));
                writeln!(told, "== {}\n{screen}", layout.name()).unwrap();
            }
            assert_snapshot!(format!("{name}-{columns}x{rows}"), told);
        }
    }
}

#[test]
fn stories_in_every_theme() {
    for (name, keys) in MOMENTS {
        let mut told = String::new();
        for theme in theme::ALL {
            let mut overview = journey(name, keys).model;
            overview.looks.theme = theme;
            writeln!(told, "== {} 120x40\n{}", theme.name, painted(&render(&overview, 120, 40), theme))
                .unwrap();
            let mut explained = journey(name, keys).model;
            update::update(&mut explained, Message::Explain);
            explained.looks.theme = theme;
            writeln!(told, "== {} 80x24\n{}", theme.name, painted(&render(&explained, 80, 24), theme))
                .unwrap();
        }
        assert_snapshot!(format!("{name}-themes"), told);
    }
}

/// A screen, and how it is painted: a letter for each look, none where there is only the page, and what they stand for.
fn painted(buffer: &Buffer, theme: &Theme) -> String {
    let page = theme.sheets[Ground::Page as usize].color;
    let mut looks: BTreeMap<String, char> = BTreeMap::new();
    let mut rows = String::new();
    for row in buffer.content().chunks(usize::from(buffer.area.width)) {
        let mut letters = String::new();
        for cell in row {
            let is_page = cell.symbol() == " " && cell.bg == page && !cell.modifier.intersects(SEEN);
            let letter = char::from(b'a' + looks.len() as u8);
            letters.push(if is_page { ' ' } else { *looks.entry(look(cell)).or_insert(letter) });
        }
        writeln!(rows, "{}", letters.trim_end()).unwrap();
    }
    let mut legend: Vec<(char, String)> = looks.into_iter().map(|(look, letter)| (letter, look)).collect();
    legend.sort();
    let legend: String = legend.into_iter().map(|(letter, look)| format!("{letter} {look}\n")).collect();
    format!("{}\n{rows}{legend}", text(buffer))
}

/// What is seen also where no text is.
const SEEN: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED);

/// `#d4d7dd on #16181d bold`; without text that of the ground alone.
fn look(cell: &Cell) -> String {
    let (fg, weight) = match cell.symbol() {
        " " => (String::new(), cell.modifier & SEEN),
        _ => (colour(cell.fg) + " ", cell.modifier),
    };
    let weight: Vec<String> = weight.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    format!("{fg}on {} {}", colour(cell.bg), weight.join(" ")).trim_end().to_owned()
}

fn colour(colour: Color) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        other => other.to_string().to_lowercase(),
    }
}
