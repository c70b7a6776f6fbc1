//! `list` and `run`: what is built in, and whole runs for people and for other programs.

use super::load::{self, Failure};
use super::output::{complain, output};
use super::{Lines, Settings};
use crate::export::{json, jsonl, transcript};
use crate::scenario::library::ALL;
use crate::scenario::{Course, Scenario, Variant, read};
use crate::view::count;
use std::io::Write;

/// Names the built-in scenarios.
pub fn list(format: Lines) -> Result<(), Failure> {
    let mut out = output();
    let width = ALL.iter().map(|builtin| builtin.name.len()).max().unwrap_or_default();
    let mut part = None;
    for builtin in ALL {
        let scenario = read::read(builtin.source())
            .map_err(|problems| Failure::Scenario(Box::new(builtin.source()), problems))?;
        match format {
            Lines::Text => {
                let course = scenario.course.as_ref();
                if let Some(Course { part: next, .. }) =
                    course.filter(|course| Some(&course.part) != part.as_ref())
                {
                    let gap = if part.is_some() { "\n" } else { "" };
                    writeln!(out, "{gap}{next}")?;
                    part = Some(next.clone());
                }
                let mut name = builtin.name;
                for line in told(&scenario) {
                    writeln!(out, "  {name:width$}  {line}")?;
                    name = "";
                }
            }
            Lines::Jsonl => {
                let variant = |Variant { name, summary }: &Variant| serde_json::json!({ "name": name, "summary": summary });
                let line = serde_json::json!({
                    "name": builtin.name, "title": scenario.title, "summary": scenario.summary,
                    "course": scenario.course,
                    "steps": scenario.steps.len(),
                    "variants": scenario.variants.iter().map(variant).collect::<Vec<_>>(),
                });
                json::line(&line, &mut out)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// What the list tells of a scenario, line by line.
fn told(scenario: &Scenario) -> Vec<String> {
    let mut lines = vec![];
    if let Some(Course { question, minutes, .. }) = &scenario.course {
        lines.push(format!("{question} ({})", count(*minutes, "minute")));
    }
    lines.push(scenario.summary.clone());
    let before =
        scenario.course.as_ref().map(|course| course.after.join(", ")).filter(|names| !names.is_empty());
    lines.extend(before.map(|names| format!("after {names}")));
    lines.extend(
        scenario.variants.iter().map(|Variant { name, summary }| format!("--variant \"{name}\"  {summary}")),
    );
    lines
}

/// Writes whole runs, one after the other; in text, what the speaker says only with `notes`. One that cannot be run does not keep the others from it.
pub fn run(scenarios: &[String], settings: &Settings, format: Lines, notes: bool) -> Result<(), Failure> {
    let mut out = output();
    let mut unusable = 0;
    for name in scenarios {
        let written = load::story(name, settings).and_then(|story| {
            load::with(story, |mut story| match format {
                Lines::Text => Ok(transcript::write(&mut story, notes, &mut out)?),
                Lines::Jsonl => Ok(jsonl::write(&mut story, &mut out)?),
            })
        });
        match written {
            Ok(()) => {}
            Err(failure @ Failure::Output(_)) => return Err(failure),
            Err(failure) if scenarios.len() == 1 => return Err(failure),
            Err(failure) => {
                out.flush()?;
                complain(&failure);
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
