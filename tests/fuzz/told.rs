//! What may be told: nothing that a terminal obeys, and problems only where there is text.

use pagewalk::export::json;
use pagewalk::scenario::diagnostic::Located;
use pagewalk::scenario::printable::is_obeyed;
use pagewalk::scenario::{Problem, Source};
use ratatui::buffer::Buffer;
use serde::Serialize;

/// How a problem begins that the door around reading and running made of a panic.
pub const OWN_FAULT: &str = "pagewalk itself failed";

/// Of a text that goes to a terminal, only the breaks of lines are obeyed.
#[track_caller]
pub fn quiet(text: &str) {
    if let Some(c) = text.chars().find(|c| is_obeyed(*c) && *c != '\n') {
        panic!("a terminal obeys {c:?} in {text:?}");
    }
}

/// The same of a text with colours, which are escapes of one form.
#[track_caller]
pub fn quiet_but_for_colours(text: &str) {
    for (at, piece) in text.split("\u{1b}[").enumerate() {
        let after = match at {
            0 => piece,
            _ => piece
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
                .strip_prefix('m')
                .unwrap_or("\u{1b}"),
        };
        quiet(after);
    }
}

/// Problems lie inside of their text, and can be told in every format.
#[track_caller]
pub fn problems(problems: &[Problem], source: &Source) {
    for problem in problems {
        let title = problem.title();
        assert!(!title.starts_with(OWN_FAULT), "{title}");
        if let Some(place) = &problem.place {
            let (text, range, name) = source.locate(place);
            assert!(
                range.start <= range.end && text.get(range.clone()).is_some(),
                "{range:?} is no place in the {} bytes of {name}: {}",
                text.len(),
                problem.title()
            );
        }
        quiet(&problem.render(source, false));
        quiet_but_for_colours(&problem.render(source, true));
        quiet(&problem.render_within(source, 40));
        let located = Located::of(problem, source);
        quiet(&located.short());
        self::json(&located);
    }
}

/// A value is written as JSON that can be read, and nothing that a terminal obeys.
#[track_caller]
pub fn json(value: &impl Serialize) {
    let mut line = vec![];
    json::line(value, &mut line).unwrap();
    line_of_json(&line);
}

/// A line of JSON that can be read, and nothing that a terminal obeys.
#[track_caller]
pub fn line_of_json(line: &[u8]) {
    quiet(str::from_utf8(line).unwrap());
    serde_json::from_slice::<serde_json::Value>(line).unwrap();
}

/// A screen of some size: every cell of it, and none whose text a terminal obeys.
#[track_caller]
pub fn drawn(buffer: &Buffer, (columns, rows): (u16, u16)) {
    assert_eq!((buffer.area.width, buffer.area.height), (columns, rows));
    assert_eq!(buffer.content().len(), usize::from(columns) * usize::from(rows));
    for (at, cell) in buffer.content().iter().enumerate() {
        if let Some(c) = cell.symbol().chars().find(|c| is_obeyed(*c)) {
            panic!("a terminal obeys {c:?} in cell {at} of {columns}x{rows}");
        }
    }
}
