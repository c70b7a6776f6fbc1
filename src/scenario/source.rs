//! Where a text came from, and places in it.

use super::folder::Folder;
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A text and the name by which messages call it; and the settings of the command line, which have places too.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// A path, the name of a built-in, or `<standard input>`.
    pub name: String,
    /// The JSON.
    pub text: String,
    /// The variant that is to be played, if it is not the scenario as it is written.
    pub variant: Option<String>,
    /// `PATH=VALUE` as each `--set` had it.
    pub sets: Vec<String>,
    /// The files beside it.
    pub folder: Folder,
}

/// A file that a scenario includes.
#[derive(Debug, PartialEq, Eq)]
pub struct Included {
    /// Which of them it is, from 1.
    pub number: usize,
    /// What messages call it.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Bytes of the text.
    Text(Range<usize>),
    /// Bytes of a file that is included.
    Included {
        /// Which.
        file: Arc<Included>,
        /// Its bytes.
        range: Range<usize>,
    },
    /// Bytes of a `--set`.
    Set {
        /// Which, from 0.
        set: usize,
        /// Its bytes.
        range: Range<usize>,
    },
}

impl Place {
    /// Its bytes.
    pub fn range(&self) -> Range<usize> {
        let (Self::Text(range) | Self::Included { range, .. } | Self::Set { range, .. }) = self;
        range.clone()
    }

    /// What puts places into the order in which they are told: those of the scenario, of included files, of the command
    /// line.
    pub fn order(&self) -> impl Ord + use<> {
        let (part, number) = match self {
            Self::Text(_) => (0, 0),
            Self::Included { file, .. } => (1, file.number),
            Self::Set { set, .. } => (2, *set),
        };
        (part, number, self.range().start)
    }

    /// Other bytes of the same text.
    fn with(&self, range: Range<usize>) -> Self {
        match self {
            Self::Text(_) => Self::Text(range),
            Self::Included { file, .. } => Self::Included { file: file.clone(), range },
            Self::Set { set, .. } => Self::Set { set: *set, range },
        }
    }

    /// Where it begins: the brace of an object, of which the rest would be too much to mark.
    pub fn first_byte(&self) -> Self {
        let Range { start, end } = self.range();
        self.with(start..end.min(start + 1))
    }

    /// Whether another place lies in this one.
    pub fn contains(&self, other: &Self) -> bool {
        let (outer, inner) = (self.range(), other.range());
        let same_text = match (self, other) {
            (Self::Text(_), Self::Text(_)) => true,
            (Self::Included { file, .. }, Self::Included { file: other, .. }) => file.number == other.number,
            (Self::Set { set, .. }, Self::Set { set: other, .. }) => set == other,
            _ => false,
        };
        same_text && outer.start <= inner.start && inner.end <= outer.end
    }

    /// Whether one of some places lies in it.
    pub fn is_among(&self, places: &[Self]) -> bool {
        places.iter().any(|place| self.contains(place))
    }

    /// The place of a part of a string of `length` bytes that is written here: quoted, or as a bare word. All of it if
    /// it is written with escapes.
    pub fn part_of(&self, length: usize, part: Range<usize>) -> Self {
        let Range { start, end } = self.range();
        let quote = match end - start {
            written if written == length => 0,
            written if written == length + 2 => 1,
            _ => return self.clone(),
        };
        self.with(start + quote + part.start..start + quote + part.end.min(length))
    }
}

impl Source {
    /// A source of this name with this text. A byte-order mark, as editors on Windows write it, is no part of the text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Self { name: name.into(), text, ..Self::default() }
    }

    /// The text that a place is in, the place's bytes in it, and what messages call it.
    pub fn locate<'a>(&'a self, place: &'a Place) -> (&'a str, Range<usize>, Cow<'a, str>) {
        match place {
            Place::Text(range) => (&self.text, range.clone(), self.name.as_str().into()),
            Place::Included { file, range } => (&file.text, range.clone(), file.name.as_str().into()),
            Place::Set { set, range } => {
                let name =
                    if self.sets.len() > 1 { format!("--set:{}", set + 1).into() } else { "--set".into() };
                (&self.sets[*set], range.clone(), name)
            }
        }
    }

    /// Reads a file of the folder that this is in, all of it.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, as a sentence without a full stop.
    pub fn beside(&self, name: &str) -> Result<Vec<u8>, String> {
        self.folder.read(name)
    }

    /// What messages call a file beside this one: a path of the same form.
    pub fn name_beside(&self, name: &str) -> String {
        Path::new(&self.name).with_file_name(name).display().to_string()
    }

    /// The line and the column of a place, both from 1, the column in characters.
    pub fn line_column(&self, place: &Place) -> (usize, usize) {
        let (text, range, _) = self.locate(place);
        line_column(text, range.start)
    }

    /// The line and the column of a place, and those of the first character after it.
    pub fn span(&self, place: &Place) -> [(usize, usize); 2] {
        let (text, range, _) = self.locate(place);
        [range.start, range.end].map(|at| line_column(text, at))
    }
}

fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let source = Source::new("x", "ab\n\u{e4}\u{f6}c");
        assert_eq!(source.line_column(&Place::Text(7..8)), (2, 3));
        assert_eq!(source.line_column(&Place::Text(0..1)), (1, 1));
    }

    #[test]
    fn a_part_of_a_string_is_found_behind_its_quote_unless_it_has_escapes() {
        assert_eq!(Place::Text(10..16).part_of(4, 1..3), Place::Text(12..14));
        assert_eq!(
            Place::Set { set: 0, range: 10..14 }.part_of(4, 1..3),
            Place::Set { set: 0, range: 11..13 }
        );
        assert_eq!(Place::Text(10..18).part_of(4, 1..3), Place::Text(10..18));
    }
}
