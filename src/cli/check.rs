//! `check`: is a scenario well written?

use super::load::{self, Failure};
use super::problems::Format;
use super::{Settings, say};
use crate::scenario::{Problem, Source};
use crate::story::Story;
use crate::view::count;

/// Tells every problem of every file and of its variants. A file that cannot be read does not hide the next one's problems. Warnings are
/// told too; only with `strict` does one make a file bad.
pub fn check(scenarios: &[String], settings: &Settings, format: Format, strict: bool) -> Result<(), Failure> {
    let (mut bad, mut warned) = (0, 0);
    for name in scenarios {
        match every_variant(name, settings) {
            Ok(story) => {
                warned += usize::from(!story.scenario.warnings.is_empty());
                good(name, story, format)?;
            }
            Err(failure) => {
                format.tell(name, &failure)?;
                bad += 1;
            }
        }
    }
    match bad {
        0 if strict && warned > 0 => {
            Err(Failure::Use(format!("{warned} of {} have warnings", scenarios.len())))
        }
        0 => Ok(()),
        _ => Err(Failure::Use(format!("{bad} of {} cannot be used", scenarios.len()))),
    }
}

/// The story behind a name. Unless one of its variants was asked for, each of them must be one, too.
fn every_variant(name: &str, settings: &Settings) -> Result<Story, Failure> {
    let story = load::story(name, settings)?;
    if settings.variant.is_some() {
        return Ok(story);
    }
    let mut found = vec![];
    for variant in &story.scenario.variants {
        let source = Source { variant: Some(variant.name.clone()), ..story.scenario.source.clone() };
        let problems = Story::read(source).err().into_iter().flatten().filter(Problem::is_error);
        found.extend(problems.map(|problem| problem.in_variant(&variant.name)));
    }
    match found.is_empty() {
        true => Ok(story),
        false => Err(Failure::Scenario(Box::new(story.scenario.source), found)),
    }
}

fn good(name: &str, story: Story, format: Format) -> Result<(), Failure> {
    let warnings = story.scenario.warnings;
    if let Format::Text = format {
        let steps = count(story.scenario.steps.len() as u64, "step");
        let events = count(story.timeline.end() as u64, "event");
        let variants = match story.scenario.variants.len() as u64 {
            0 => String::new(),
            n => format!(", {}", count(n, "variant")),
        };
        let told = match warnings.len() as u64 {
            0 => String::new(),
            n => format!(", {}", count(n, "warning")),
        };
        say(format_args!("{}: good, {steps}, {events}{variants}{told}", load::called(name)))?;
    }
    format.tell(name, &Failure::Scenario(Box::new(story.scenario.source), warnings))
}
