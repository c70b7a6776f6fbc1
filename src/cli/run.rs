//! `list` and `run`: what is built in, and whole runs for people and for other programs.

use super::load::{self, Failure};
use super::{Lines, Settings, colour, output};
use crate::export::{jsonl, transcript};
use crate::scenario::library::ALL;
use crate::scenario::{Variant, read};
use std::io::Write;

/// Names the built-in scenarios.
pub fn list(format: Lines) -> Result<(), Failure> {
    let mut out = output();
    let width = ALL.iter().map(|builtin| builtin.name.len()).max().unwrap_or_default();
    for builtin in ALL {
        let scenario = read::read(builtin.source())
            .map_err(|problems| Failure::Scenario(Box::new(builtin.source()), problems))?;
        match format {
            Lines::Text => {
                writeln!(out, "{:width$}  {}", builtin.name, scenario.summary)?;
                for Variant { name, summary } in &scenario.variants {
                    writeln!(out, "{:width$}  --variant \"{name}\"  {summary}", "")?;
                }
            }
            Lines::Jsonl => {
                let variant = |Variant { name, summary }: &Variant| serde_json::json!({ "name": name, "summary": summary });
                let line = serde_json::json!({
                    "name": builtin.name, "title": scenario.title, "summary": scenario.summary,
                    "steps": scenario.steps.len(),
                    "variants": scenario.variants.iter().map(variant).collect::<Vec<_>>(),
                });
                jsonl::line(&line, &mut out)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// Writes whole runs, one after the other; in text, what the speaker says only with `notes`. One that cannot be run does not keep the others from it.
pub fn run(scenarios: &[String], settings: &Settings, format: Lines, notes: bool) -> Result<(), Failure> {
    let mut out = output();
    let mut unusable = 0;
    for name in scenarios {
        match load::story(name, settings) {
            Ok(mut story) => match format {
                Lines::Text => transcript::write(&mut story, notes, &mut out)?,
                Lines::Jsonl => jsonl::write(&mut story, &mut out)?,
            },
            Err(failure) if scenarios.len() == 1 => return Err(failure),
            Err(failure) => {
                out.flush()?;
                failure.tell(&mut std::io::stderr(), colour());
                unusable += 1;
            }
        }
    }
    out.flush()?;
    match unusable {
        0 => Ok(()),
        _ => Err(Failure::Use(format!("{unusable} of {} cannot be used", scenarios.len()))),
    }
}
