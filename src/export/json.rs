//! JSON, which this program writes here only. JSON allows many characters in strings that a terminal obeys; here they are
//! escapes, which mean the same to a program. Keys are in the order of the alphabet.

use crate::scenario::printable::escaped;
use serde::Serialize;
use std::io::{self, Write};

/// Writes a value in one line.
pub fn line(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", escaped(&serde_json::to_value(value)?.to_string()))
}

/// Writes a value with a line for each of its parts.
pub fn lines(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", escaped(&format!("{:#}", serde_json::to_value(value)?)))
}
