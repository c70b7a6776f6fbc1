//! `fmt`: scenario files in the one layout, rewritten in place.

use super::load::{self, Failure};
use super::output::{complain, output, say};
use super::whole;
use crate::scenario::library::Builtin;
use crate::scenario::{Source, format};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// What a file came to.
enum Found {
    /// It has the layout.
    Formatted,
    /// It has not, or had not.
    Different,
}

/// Formats every file. One that cannot be formatted does not keep the others from it, and is left as it is.
pub fn fmt(files: &[String], check: bool) -> Result<(), Failure> {
    let (mut different, mut unusable) = (0, 0);
    for name in files {
        let done = if name == "-" { standard_input(check) } else { file(name, check) };
        match done {
            Ok(Found::Formatted) => {}
            Ok(Found::Different) => different += 1,
            Err(Failure::Output(error)) => return Err(Failure::Output(error)),
            Err(failure) => {
                complain(&failure);
                unusable += 1;
            }
        }
    }
    match (different, unusable) {
        (_, 1..) => Err(Failure::Use(format!("{unusable} of {} cannot be formatted", files.len()))),
        (1.., 0) if check => Err(Failure::Failed),
        _ => Ok(()),
    }
}

/// Writes what is piped in to standard output.
fn standard_input(check: bool) -> Result<Found, Failure> {
    let text = load::text(io::stdin().lock(), "-")?;
    let formatted = formatted("-", &text)?;
    if check {
        return compare(load::called("-"), &text, &formatted, true);
    }
    let mut out = output();
    out.write_all(formatted.as_bytes())?;
    out.flush()?;
    Ok(Found::Formatted)
}

/// Rewrites a file. A link stays one: what it leads to is rewritten.
fn file(name: &str, check: bool) -> Result<Found, Failure> {
    let problem = |error: io::Error| load::unreadable(name, &error);
    if !Path::new(name).exists() && Builtin::find(name).is_some() {
        let what = format!("{name}: this is a built-in scenario, and there is no file of its name");
        return Err(Failure::Use(what));
    }
    let target = fs::canonicalize(name).map_err(problem)?;
    let metadata = fs::metadata(&target).map_err(problem)?;
    if !metadata.is_file() {
        return Err(Failure::Use(format!("{name}: this is not a file")));
    }
    let text = load::text(fs::File::open(&target).map_err(problem)?, name)?;
    let formatted = formatted(name, &text)?;
    let found = compare(name, &text, &formatted, check)?;
    if let (Found::Different, false) = (&found, check) {
        if metadata.permissions().readonly() {
            return Err(Failure::Use(format!("{name}: the file may not be written")));
        }
        whole::rewrite(&target, &text, &formatted).map_err(problem)?;
    }
    Ok(found)
}

fn formatted(name: &str, text: &str) -> Result<String, Failure> {
    let source = Source::new(load::called(name), text);
    format::format(&source).map_err(|problems| Failure::Scenario(Box::new(source), problems))
}

/// Names a file that does not have the layout, if that was asked for.
fn compare(name: &str, text: &str, formatted: &str, told: bool) -> Result<Found, Failure> {
    if text == formatted {
        return Ok(Found::Formatted);
    }
    if told {
        say(format_args!("{}", name))?;
    }
    Ok(Found::Different)
}
