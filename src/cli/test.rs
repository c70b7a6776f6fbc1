//! `test`: does a scenario do what it says?

use super::Settings;
use super::load::{self, Failure};
use super::output::{output, say};
use super::problems::Format;
use crate::export::junit::{self, Suite};
use crate::scenario::Problem;
use crate::story::{Story, Verdict};
use crate::view::count;
use clap::ValueEnum;
use std::io::Write;

/// How it is told.
#[derive(Clone, Copy, Default, ValueEnum)]
pub enum Report {
    /// A line a scenario, and what does not hold, for people.
    #[default]
    Text,
    /// `file:line:column: error: message` for each expectation that does not hold, for editors.
    Short,
    /// One JSON object for each expectation that does not hold.
    Json,
    /// JUnit's XML, for CI systems.
    Junit,
}

/// What a scenario came to.
enum Tested {
    /// It ran. The verdicts on its steps.
    Ran(Box<Story>, Vec<Verdict>),
    /// It cannot be used.
    Unusable(Failure),
}

impl Tested {
    fn of(name: &str, settings: &Settings) -> Self {
        let tested = load::story(name, settings).and_then(|story| {
            load::with(story, |mut story| {
                let verdicts = story.verdicts();
                Ok(Self::Ran(Box::new(story), verdicts))
            })
        });
        tested.unwrap_or_else(Self::Unusable)
    }
}

/// Holds the expectations of every file against its run.
pub fn test(scenarios: &[String], settings: &Settings, report: Report) -> Result<(), Failure> {
    let (mut passed, mut failed, mut unusable) = (0, 0, 0);
    let mut suites = vec![];
    for name in scenarios {
        let tested = Tested::of(name, settings);
        match &tested {
            Tested::Ran(_, verdicts) if verdicts.iter().all(|verdict| verdict.failed == 0) => passed += 1,
            Tested::Ran(..) => failed += 1,
            Tested::Unusable(_) => unusable += 1,
        }
        match report {
            Report::Text => text(name, tested)?,
            Report::Short => tell(name, tested, Format::Short)?,
            Report::Json => tell(name, tested, Format::Json)?,
            Report::Junit => suites.push(suite(name, &tested)),
        }
    }
    match report {
        Report::Text => {
            say(format_args!(""))?;
            say(format_args!("{passed} passed, {failed} failed, {unusable} unusable"))?;
        }
        Report::Short | Report::Json => {}
        Report::Junit => {
            let mut out = output();
            junit::write(&suites, &mut out)?;
            out.flush()?;
        }
    }
    match (failed, unusable) {
        (0, 0) => Ok(()),
        (_, 0) => Err(Failure::Failed),
        _ => Err(Failure::Use(format!("{unusable} of {} cannot be used", scenarios.len()))),
    }
}

impl Tested {
    /// What is wrong, if anything is, as much of it as is told.
    fn failure(self) -> Option<Failure> {
        match self {
            Self::Ran(story, verdicts) => {
                let mut problems: Vec<Problem> =
                    verdicts.into_iter().flat_map(|verdict| verdict.problems).collect();
                Problem::limit(&mut problems);
                (!problems.is_empty()).then(|| Failure::Scenario(Box::new(story.scenario.source), problems))
            }
            Self::Unusable(failure) => Some(failure),
        }
    }
}

fn text(name: &str, tested: Tested) -> Result<(), Failure> {
    let name = load::called(name);
    match &tested {
        Tested::Ran(_, verdicts) => match verdicts.iter().map(|verdict| verdict.failed).sum() {
            0 => {
                let steps = count(verdicts.len() as u64, "step");
                say(format_args!("ok     {name} ({steps} with expectations)"))?;
            }
            1 => say(format_args!("FAILED {name} (1 of its expectations does not hold)"))?,
            problems => say(format_args!("FAILED {name} ({problems} of its expectations do not hold)"))?,
        },
        Tested::Unusable(_) => say(format_args!("error  {name}"))?,
    }
    tell(name, tested, Format::Text)
}

fn tell(name: &str, tested: Tested, format: Format) -> Result<(), Failure> {
    tested.failure().map_or(Ok(()), |failure| format.tell(name, &failure))
}

fn suite(name: &str, tested: &Tested) -> Suite {
    let name = load::called(name);
    match tested {
        Tested::Ran(story, verdicts) => Suite::of(name, story, verdicts),
        Tested::Unusable(failure) => {
            let mut told = vec![];
            failure.tell(&mut told, false);
            Suite::unusable(name, &failure.located(name), String::from_utf8_lossy(&told).into_owned())
        }
    }
}
