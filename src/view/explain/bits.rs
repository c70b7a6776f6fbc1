//! A decoded number as lines, a field a line.

use crate::view::decode::Decoded;
use crate::view::{Line, Mark, Role};

/// The fields of a number, with those marked that have changed since `before`.
pub fn lines(now: &Decoded, before: Option<&Decoded>) -> Vec<Line> {
    let name = now.fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
    let bits = now.fields.iter().map(|field| field.bits.len()).max().unwrap_or_default();
    let value = now.fields.iter().map(|field| field.value.len()).max().unwrap_or_default();
    let line = |field: &crate::view::decode::Field| {
        let old = before.and_then(|before| before.fields.iter().find(|old| old.name == field.name));
        let changed = before.is_some() && old.is_none_or(|old| old.value != field.value);
        let (mark, role) = match changed {
            true => (Mark::Changed, Role::Changed),
            false => (Mark::None, Role::Plain),
        };
        Line::of(Role::Dim, format!("  {:name$}  {:>bits$}  ", field.name, field.bits))
            .with(if changed { role } else { Role::Strong }, format!("{:>value$}", field.value))
            .with(role, format!("  {}", field.meaning))
            .marked(mark)
    };
    now.fields.iter().map(line).collect()
}
