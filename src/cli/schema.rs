//! `schema`: the format as JSON Schema, for editors.

use super::load::Failure;
use super::output;
use crate::scenario::schema;
use std::io::Write;

/// Writes the schema.
pub fn print() -> Result<(), Failure> {
    let mut out = output();
    writeln!(out, "{:#}", schema::schema())?;
    Ok(out.flush()?)
}
