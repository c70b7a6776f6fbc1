//! A whole run as text for people: every step, and every event in words.

use crate::scenario::{Ask, Chapter};
use crate::story::Story;
use crate::view::{costs, happens, outcome, script, words};
use std::io::{self, Write};

/// Writes the run, with what the speaker says if `notes` are asked for. The story is at its end afterwards.
pub fn write(story: &mut Story, notes: bool, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}\n{}", story.scenario.title, story.scenario.summary)?;
    let mut chapter = None;
    for index in 0..story.scenario.steps.len() {
        let step = story.scenario.steps[index].clone();
        let Chapter { title, say, .. } = &story.scenario.chapters[step.chapter];
        if chapter != Some(step.chapter) && !title.is_empty() {
            writeln!(out, "\n## {}. {title}", step.chapter + 1)?;
            if let Some(say) = say.as_ref().filter(|_| notes) {
                writeln!(out, "\n   SAY: {say}")?;
            }
        }
        chapter = Some(step.chapter);
        if let Some(ask) = &step.ask {
            question(ask, out)?;
        }
        let who = step.op.process.as_ref().map(|process| format!(" ({process})")).unwrap_or_default();
        writeln!(out, "\n{}. {}{who}", index + 1, script::words(&step))?;
        if let Some(note) = &step.note {
            writeln!(out, "   {note}")?;
        }
        if let Some(say) = step.say.as_ref().filter(|_| notes) {
            writeln!(out, "   SAY: {say}")?;
        }
        for moment in story.timeline.moments(index) {
            story.timeline.seek(moment);
            if let Some(sentence) = words::sentence(story) {
                writeln!(out, "     - {sentence}")?;
            }
            for breach in story.breaches_of(index).filter(|breach| breach.moment == moment) {
                writeln!(out, "     ✗ Here an invariant breaks: {}.", breach.broken)?;
            }
        }
        let outcome = outcome::words(&step.op.action, &story.timeline.steps()[index].outcome);
        writeln!(out, "   = {outcome}")?;
        for answer in step.ask.iter().flat_map(|ask| happens::solution(ask)) {
            writeln!(out, "   {answer}")?;
        }
    }
    writeln!(out, "\n{}", costs::line(story))
}

/// What is asked before a step, and what can be chosen.
fn question(ask: &Ask, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n   ? {}", ask.question)?;
    for (letter, answer) in ask.lettered() {
        writeln!(out, "     {letter}  {}", answer.text)?;
    }
    Ok(())
}
