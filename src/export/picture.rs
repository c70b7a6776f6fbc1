//! Pictures of the screen: plain text, ANSI, SVG.

use super::xml;
use crate::scenario::printable::one_line;
use std::io::{self, Write};

/// A colour as red, green and blue.
pub type Rgb = (u8, u8, u8);

/// One cell of a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it: one character, with what is combined with it. Empty in the second column of a wide one.
    pub text: String,
    /// The colour of the text; `None` for the usual one.
    pub foreground: Option<Rgb>,
    /// The colour behind it; `None` for the usual one.
    pub background: Option<Rgb>,
    /// Bold.
    pub bold: bool,
    /// Underlined.
    pub underlined: bool,
    /// Slanted.
    pub italic: bool,
}

/// A screen: rows of cells, all of one length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// From top to bottom.
    pub rows: Vec<Vec<Cell>>,
    /// The usual colour of text.
    pub foreground: Rgb,
    /// The usual colour behind it.
    pub background: Rgb,
}

impl Cell {
    fn style(&self) -> (Option<Rgb>, Option<Rgb>, bool, bool, bool) {
        (self.foreground, self.background, self.bold, self.underlined, self.italic)
    }
}

/// What stands in some cells. No cell can hold an SGR sequence of its own.
fn text_of(cells: &[Cell]) -> String {
    one_line(&cells.iter().map(|cell| cell.text.as_str()).collect::<String>())
}

/// The rows as text, without spaces at their ends.
pub fn text(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    for row in &picture.rows {
        writeln!(out, "{}", text_of(row).trim_end())?;
    }
    Ok(())
}

/// The rows as text with SGR sequences.
pub fn ansi(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    for row in &picture.rows {
        for run in row.chunk_by(|a, b| a.style() == b.style()) {
            let cell = &run[0];
            let mut codes = vec!["0".to_owned()];
            codes.extend(cell.foreground.map(|(r, g, b)| format!("38;2;{r};{g};{b}")));
            codes.extend(cell.background.map(|(r, g, b)| format!("48;2;{r};{g};{b}")));
            codes.extend(cell.bold.then(|| "1".to_owned()));
            codes.extend(cell.italic.then(|| "3".to_owned()));
            codes.extend(cell.underlined.then(|| "4".to_owned()));
            write!(out, "\x1b[{}m{}", codes.join(";"), text_of(run))?;
        }
        writeln!(out, "\x1b[0m")?;
    }
    Ok(())
}

/// Width and height of a cell in an SVG, in its user units.
const CELL: (f32, f32) = (8.4, 18.0);

/// The screen as an SVG with real text: each run of equal style is one element with a set length, so that any monospaced
/// font lines up.
pub fn svg(picture: &Picture, out: &mut impl Write) -> io::Result<()> {
    let columns = picture.rows.first().map_or(0, Vec::len) as f32;
    let (width, height) = (columns * CELL.0 + 16.0, picture.rows.len() as f32 * CELL.1 + 16.0);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"14\">"
    )?;
    writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>", hex(picture.background))?;
    for (y, row) in picture.rows.iter().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a.style() == b.style()) {
            svg_run(picture, run, x, y, out)?;
            x += run.len();
        }
    }
    writeln!(out, "</svg>")
}

fn svg_run(
    picture: &Picture,
    run: &[Cell],
    column: usize,
    row: usize,
    out: &mut impl Write,
) -> io::Result<()> {
    let cell = &run[0];
    let (x, y) = (8.0 + column as f32 * CELL.0, 8.0 + row as f32 * CELL.1);
    if let Some(background) = cell.background {
        let width = run.len() as f32 * CELL.0;
        let fill = hex(background);
        writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{fill}\"/>",
            CELL.1
        )?;
    }
    // Spaces before the text are a shift, so that no renderer can swallow them.
    let indent = run.iter().take_while(|cell| cell.text == " ").count();
    let rest = &run[indent..];
    let kept = &rest[..rest.iter().rposition(|cell| cell.text != " ").map_or(0, |last| last + 1)];
    if kept.is_empty() {
        return Ok(());
    }
    let mut style = format!("fill=\"{}\"", hex(cell.foreground.unwrap_or(picture.foreground)));
    for (on, attribute) in [
        (cell.bold, " font-weight=\"bold\""),
        (cell.italic, " font-style=\"italic\""),
        (cell.underlined, " text-decoration=\"underline\""),
    ] {
        style.push_str(if on { attribute } else { "" });
    }
    writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" xml:space=\"preserve\" {style}>{}</text>",
        x + indent as f32 * CELL.0,
        y + 13.5,
        kept.len() as f32 * CELL.0,
        xml::content(&text_of(kept))
    )
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
