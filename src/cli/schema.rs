//! `schema`: the format as JSON Schema, for editors.

use super::load::Failure;
use super::output::output;
use crate::export::json;
use crate::scenario::schema;
use std::io::Write;

/// Writes the schema.
pub fn print() -> Result<(), Failure> {
    let mut out = output();
    json::lines(&schema::schema(), &mut out)?;
    Ok(out.flush()?)
}
