//! The scenarios to choose from, as a numbered list of the course.

use super::Plain;
use super::words::closed;
use crate::scenario::library::{ALL, Builtin};
use crate::scenario::{Course, Problem, Scenario, read};
use crate::story::Story;
use crate::view::count;
use std::io::{self, BufRead, Write};

/// What a line means here.
enum Choice {
    /// Go on with what was left.
    Left,
    /// This one.
    Builtin(Builtin),
    /// Tell the list again.
    Again,
    /// Leave the program.
    Quit,
}

impl<R: BufRead, W: Write> Plain<R, W> {
    /// Tells the list, and lets one of it be chosen by number or name; number 0 is the story that was left. `None` if
    /// nobody wants any.
    pub(super) fn choose(&mut self, mut left: Option<Box<Story>>) -> io::Result<Option<Box<Story>>> {
        self.say(lines(left.as_deref()))?;
        while let Some(line) = self.line("scenario")? {
            match choice(&line, left.is_some()) {
                Ok(Choice::Left) => return Ok(left.take()),
                Ok(Choice::Again) => self.say(lines(left.as_deref()))?,
                Ok(Choice::Quit) => return Ok(None),
                Ok(Choice::Builtin(builtin)) => match Story::read(builtin.source()) {
                    Ok(story) => return Ok(Some(Box::new(story))),
                    Err(problems) => self.say(problems.iter().map(Problem::title))?,
                },
                Err(why) => self.say([format!("No: {why}.")])?,
            }
        }
        Ok(None)
    }
}

/// What a line means: a number, a name, or the only name that begins so.
fn choice(line: &str, is_left: bool) -> Result<Choice, String> {
    match line {
        "q" | "quit" | "esc" => return Ok(Choice::Quit),
        "?" | "help" | "list" => return Ok(Choice::Again),
        "" => return Err("type the number of a scenario or its name; ? tells the list, q quits".into()),
        "0" if is_left => return Ok(Choice::Left),
        _ => {}
    }
    if let Ok(number) = line.parse::<usize>() {
        let found = number.checked_sub(1).and_then(|at| ALL.get(at));
        let missing = || format!("there is no number {number}: the last is {}", ALL.len());
        return found.copied().map(Choice::Builtin).ok_or_else(missing);
    }
    if let Some(builtin) = Builtin::find(line) {
        return Ok(Choice::Builtin(builtin));
    }
    let found: Vec<&Builtin> = ALL.iter().filter(|builtin| builtin.name.starts_with(line)).collect();
    match found[..] {
        [only] => Ok(Choice::Builtin(*only)),
        [] => Err(format!("there is no scenario \"{line}\"; ? tells the list")),
        _ => {
            let names: Vec<&str> = found.iter().map(|builtin| builtin.name).collect();
            Err(format!("\"{line}\" could be {}", names.join(", ")))
        }
    }
}

/// The list, part by part.
fn lines(left: Option<&Story>) -> Vec<String> {
    let mut lines = vec!["pagewalk: see virtual memory happen. The scenarios:".to_owned()];
    lines.extend(left.map(|story| format!("0. {}: go on where you were", story.scenario.title)));
    let mut part = None;
    for (at, builtin) in ALL.iter().enumerate() {
        let Ok(scenario) = read::read(builtin.source()) else { continue };
        if let Some(course) = scenario.course.as_ref().filter(|course| Some(&course.part) != part.as_ref()) {
            lines.push(format!("{}:", course.part));
            part = Some(course.part.clone());
        }
        lines.push(format!("{}. {}: {}", at + 1, builtin.name, told(&scenario)));
    }
    lines.push("Type a number or a name; ? tells this list again, q quits.".into());
    lines
}

/// A scenario in a line.
fn told(scenario: &Scenario) -> String {
    match &scenario.course {
        Some(Course { question, minutes, .. }) => {
            format!("{} {question} {}.", closed(&scenario.title), count(*minutes, "minute"))
        }
        None => closed(&scenario.title),
    }
}
