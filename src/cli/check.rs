//! `check`: is a scenario well written?

use super::Settings;
use super::load::{self, Failure};
use super::output::say;
use super::problems::Format;
use crate::scenario::{Place, Problem, Scenario, Source};
use crate::story::Story;
use crate::view::count;

/// A scenario that can be used, and so can its variants: what is said of it.
struct Good {
    source: Source,
    steps: usize,
    events: usize,
    variants: usize,
    warnings: Vec<Problem>,
}

/// How much a scenario may take when it is checked with all its variants, in thousandths of what one may take.
pub const MAX_SHARE: u64 = 5_000;

/// Tells every problem of every file and of its variants. A file that cannot be read does not hide the next one's
/// problems. Warnings are told too; only with `strict` does one make a file bad.
pub fn check(scenarios: &[String], settings: &Settings, format: Format, strict: bool) -> Result<(), Failure> {
    let (mut bad, mut warned) = (0, 0);
    for name in scenarios {
        match every_variant(name, settings) {
            Ok(good) => {
                warned += usize::from(!good.warnings.is_empty());
                tell(name, good, format)?;
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

/// The scenario of a name. Unless one of its variants was asked for, each of them must be good, too. Only one run at a
/// time is kept.
fn every_variant(name: &str, settings: &Settings) -> Result<Good, Failure> {
    let story = load::story(name, settings)?;
    let mut share = story.share();
    let Story { scenario, timeline, .. } = story;
    let Scenario { source, steps, variants, warnings, .. } = scenario;
    let good =
        Good { source, steps: steps.len(), events: timeline.end(), variants: variants.len(), warnings };
    if settings.variant.is_some() {
        return Ok(good);
    }
    drop((steps, timeline));
    let mut found = vec![];
    for variant in variants {
        if share > MAX_SHARE {
            let what = format!(
                "with its variants the scenario takes more than {} times as much as one may take",
                MAX_SHARE / 1_000
            );
            let help =
                format!("check this one alone, with --variant {:?}; or let the run be shorter", variant.name);
            let nowhere = Problem::advice(Place::Text(0..0), what, help);
            found.push(nowhere.in_variant(&variant.name));
            break;
        }
        let source = Source { variant: Some(variant.name.clone()), ..good.source.clone() };
        let problems = match Story::read(source) {
            Ok(story) => {
                share += story.share();
                continue;
            }
            Err(problems) => problems,
        };
        share += 1_000;
        let problems = problems.into_iter().filter(Problem::is_error);
        found.extend(problems.map(|problem| problem.in_variant(&variant.name)));
    }
    match found.is_empty() {
        true => Ok(good),
        false => Err(Failure::Scenario(Box::new(good.source), found)),
    }
}

fn tell(name: &str, good: Good, format: Format) -> Result<(), Failure> {
    let Good { source, steps, events, variants, warnings } = good;
    if let Format::Text = format {
        let steps = count(steps as u64, "step");
        let events = count(events as u64, "event");
        let variants = match variants as u64 {
            0 => String::new(),
            n => format!(", {}", count(n, "variant")),
        };
        let told = match warnings.len() as u64 {
            0 => String::new(),
            n => format!(", {}", count(n, "warning")),
        };
        say(format_args!("{}: good, {steps}, {events}{variants}{told}", load::called(name)))?;
    }
    format.tell(name, &Failure::Scenario(Box::new(source), warnings))
}
