//! The configuration as it holds now, written as a file that explains itself.

use super::{Config, Origin};
use crate::scenario::printable::is_obeyed;
use crate::scenario::stage::{Layout, ThemeName};
use crate::tui::action;
use crate::tui::comfort::written;
use crate::tui::pace::Speed;
use std::io::{self, Write};

/// How wide a comment may get.
const COLUMNS: usize = 100;

/// Writes it. What is written, saved as a file, sets the same again.
pub fn write(config: &Config, to: &mut impl Write) -> io::Result<()> {
    let comfort = &config.comfort;
    let speeds = Speed::ALL.map(|speed| speed.events_a_second().to_string());
    writeln!(to, "# How pagewalk looks and feels. {}", config.place())?;
    let mut set = |key: &str, words: &str, value: &str| {
        writeln!(to)?;
        for line in broken(words) {
            writeln!(to, "# {line}")?;
        }
        writeln!(to, "{key} = {value}  # {}", config.origin(key).words())
    };
    let themes = ThemeName::ALL.map(ThemeName::name).join(", ");
    set("theme", &format!("The colours: {themes}."), &quoted(comfort.theme.name()))?;
    set("ascii", "Whether all signs are ASCII: true or false.", &comfort.ascii.to_string())?;
    let words = format!("How fast a story plays by itself, in events a second: {}.", speeds.join(", "));
    set("speed", &words, &comfort.speed.events_a_second().to_string())?;
    let layouts = Layout::ALL.map(Layout::name).join(", ");
    set(
        "layout",
        &format!("The layout that a story begins with: {layouts}."),
        &quoted(comfort.layout.name()),
    )?;
    set("mouse", "Whether the mouse is listened to: true or false.", &comfort.mouse.to_string())?;
    keys(config, to)
}

/// The keys that do something else than usual.
fn keys(config: &Config, to: &mut impl Write) -> io::Result<()> {
    let names: Vec<&str> = action::all().iter().map(|(name, _)| *name).collect();
    let words = format!(
        "Keys that do something else than usual, like \"n\" = \"next-event\". A key is a character, or space, enter, tab, \
         shift-tab, esc, backspace, left, right, up, down, home, end, pgup, pgdn, insert, delete, or f1 to f24; after ctrl- or \
         alt- if you like. Where its new use means nothing, it keeps the usual one. It can do: {}.",
        names.join(", ")
    );
    writeln!(to)?;
    for line in broken(&words) {
        writeln!(to, "# {line}")?;
    }
    let origin = match config.origin("keys") {
        Origin::Default => "none",
        origin => origin.words(),
    };
    writeln!(to, "[keys]  # {origin}")?;
    for (key, action) in written(&config.comfort.keys) {
        writeln!(to, "{} = {}", quoted(&key), quoted(action))?;
    }
    Ok(())
}

/// A string of TOML, with an escape for each obeyed character.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_obeyed(c) => quoted += &format!("\\U{:08x}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A text in lines that are not too long.
fn broken(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
