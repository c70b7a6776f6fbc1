//! A decoded number as lines, a field a line.

use crate::view::decode::{Decoded, Field};
use crate::view::{Line, Mark, Role};

/// How wide the columns before the meaning are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Widths {
    name: usize,
    bits: usize,
    value: usize,
}

impl Widths {
    /// As wide as the fields of all these numbers need.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a Decoded>) -> Self {
        let fields = numbers.into_iter().flat_map(|number| &number.fields);
        fields.fold(Self::default(), |widths, field| Self {
            name: widths.name.max(field.name.len()),
            bits: widths.bits.max(field.bits.len()),
            value: widths.value.max(field.value.len()),
        })
    }
}

/// The fields of a number, with those marked that have changed since `before`.
pub fn lines(now: &Decoded, before: Option<&Decoded>) -> Vec<Line> {
    lines_in(Widths::of([now]), now, before)
}

/// The same in columns that other numbers have too.
pub fn lines_in(widths: Widths, now: &Decoded, before: Option<&Decoded>) -> Vec<Line> {
    let Widths { name, bits, value } = widths;
    let line = |field: &Field| {
        let old = before.and_then(|before| before.fields.iter().find(|old| old.name == field.name));
        let changed = before.is_some() && old.is_none_or(|old| old.value != field.value);
        let (mark, role) = match changed {
            true => (Mark::Changed, Role::Changed),
            false => (Mark::None, Role::Plain),
        };
        Line::of(Role::Dim, format!(" {:name$} {:>bits$} ", field.name, field.bits))
            .with(if changed { role } else { Role::Strong }, format!("{:>value$} ", field.value))
            .hanging()
            .with(role, field.meaning.as_str())
            .marked(mark)
    };
    now.fields.iter().map(line).collect()
}
