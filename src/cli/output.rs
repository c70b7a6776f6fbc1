//! The door: the command line writes all its text to standard output and standard error through it. A name, an argument or
//! a scenario may hold any character; the door replaces each one that a terminal obeys, wherever it comes from. The screen
//! has its own door, in [`crate::tui`].
//!
//! Sequences that set colours pass a door that is opened for them, and no others do. The door cannot tell whose sequences
//! they are: code that writes colours makes every foreign text harmless before.

use super::load::Failure;
use crate::scenario::printable::{is_obeyed, one_line, printable};
use anstream::{AutoStream, ColorChoice};
use clap::builder::StyledStr;
use std::io::{self, BufWriter, IsTerminal, Write};

/// A way to the terminal, for text only. Each line passes as a whole.
pub struct Door<W> {
    to: W,
    /// Whether sequences that set colours pass.
    is_coloured: bool,
    /// The beginning of a line of which the end is not written yet.
    line: Vec<u8>,
}

/// Standard output.
pub fn output() -> Door<impl Write> {
    Door { to: BufWriter::new(io::stdout().lock()), is_coloured: false, line: vec![] }
}

/// Standard error.
pub fn errors() -> Door<impl Write> {
    Door { to: io::stderr(), is_coloured: false, line: vec![] }
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub fn errors_are_on_a_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether `--color` and the environment want colours on standard output.
pub fn has_colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether `--color` and the environment want colours on standard error.
fn errors_have_colours() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Writes one line to standard output at once, so that it stands before what standard error says next.
pub fn say(line: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    let mut out = output();
    writeln!(out, "{}", one_line(&line.to_string()))?;
    Ok(out.flush()?)
}

/// Says on standard error what went wrong.
pub fn complain(failure: &Failure) {
    let is_coloured = errors_have_colours();
    failure.tell(&mut errors().coloured(is_coloured), is_coloured);
}

/// Writes what the reader of arguments answers: the help or the version that the user asked for, or a usage error. The
/// answer quotes arguments among its own colours. If an argument has an obeyed character, the answer has no colours.
///
/// # Errors
///
/// [`Failure::Usage`] after a usage error.
pub fn answer(answer: &clap::Error) -> Result<(), Failure> {
    let is_harmless = std::env::args_os().all(|argument| !argument.to_string_lossy().contains(is_obeyed));
    let text = answer.render();
    if answer.use_stderr() {
        errors().coloured(is_harmless && errors_have_colours()).styled(&text)?;
        return Err(Failure::Usage);
    }
    Ok(output().coloured(is_harmless && has_colours()).styled(&text)?)
}

impl<W: Write> Door<W> {
    /// The door, which lets sequences that set colours pass or does not.
    pub fn coloured(self, is_coloured: bool) -> Self {
        Self { is_coloured, ..self }
    }

    fn styled(mut self, text: &StyledStr) -> io::Result<()> {
        match self.is_coloured {
            true => write!(self, "{}", text.ansi())?,
            false => write!(self, "{text}")?,
        }
        self.flush()
    }

    /// Passes on what was written so far.
    fn pass(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line);
        let text = if self.is_coloured { printable_but_colours(&text) } else { printable(&text) };
        self.line.clear();
        self.to.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for Door<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let ended = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if ended > 0 {
            self.line.extend(&bytes[..ended]);
            self.pass()?;
        }
        self.line.extend(&bytes[ended..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.to.flush()
    }
}

/// [`printable`], but sequences that set colours stay: `ESC [`, numbers, `m`.
fn printable_but_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut shown = printable(pieces.next().unwrap_or_default());
    for piece in pieces {
        let numbers = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        let is_colour = numbers.starts_with('m');
        shown += if is_colour { "\x1b[" } else { "?[" };
        shown += &printable(piece);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(is_coloured: bool, pieces: &[&[u8]]) -> String {
        let mut door = Door { to: vec![], is_coloured, line: vec![] };
        for piece in pieces {
            door.write_all(piece).unwrap();
        }
        door.flush().unwrap();
        String::from_utf8(door.to).unwrap()
    }

    #[test]
    fn nothing_that_is_obeyed_passes_however_it_is_cut() {
        let text = "a\u{1b}[31mb\u{1b}]0;x\u{7}\n\u{202e}c\u{e0041}";
        let shown = "a?[31mb?]0;x?\n\u{fffd}c\u{fffd}";
        for at in 0..text.len() {
            let (one, other) = text.as_bytes().split_at(at);
            assert_eq!(through(false, &[one, other]), shown, "cut at {at}");
        }
        assert_eq!(through(false, &[b"\xff\x9b2J"]), "\u{fffd}\u{fffd}2J");
    }

    #[test]
    fn colours_pass_where_they_are_wanted_and_nothing_else_with_them() {
        let colours = "\u{1b}[1m\u{1b}[0;38;2;1;2;3mtext\u{1b}[0m\n";
        assert_eq!(through(true, &[colours.as_bytes()]), colours);
        let text = "\u{1b}[2J\u{1b}[3;4H\u{1b}[?25l\u{1b}c\u{1b}[1\u{1b}[m\u{202e}\u{1b}";
        let shown = "?[2J?[3;4H?[?25l?c?[1\u{1b}[m\u{fffd}?";
        for at in 0..text.len() {
            let (one, other) = text.as_bytes().split_at(at);
            assert_eq!(through(true, &[one, other]), shown, "cut at {at}");
        }
    }

    #[test]
    fn a_line_passes_when_it_ends() {
        let mut door = Door { to: vec![], is_coloured: false, line: vec![] };
        door.write_all(b"one\ntw").unwrap();
        assert_eq!(door.to, b"one\n");
    }
}
