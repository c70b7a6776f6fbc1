//! A whole run as JSON lines: `pagewalk-run/1`, which other programs read.

use super::json::line;
use crate::kernel::check::Broken;
use crate::kernel::{Bug, Invariant};
use crate::story::Story;
use crate::view::state::CountersOut;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes a line about the scenario, then one for each step. The story is at its end afterwards.
pub fn write(story: &mut Story, out: &mut impl Write) -> io::Result<()> {
    let scenario = &story.scenario;
    let mut head = json!({
        "format": "pagewalk-run/1",
        "scenario": scenario.source.name,
        "title": scenario.title,
        "summary": scenario.summary,
    });
    if let Some(variant) = &scenario.source.variant {
        head["variant"] = json!(variant);
    }
    if let (Value::Object(head), Value::Object(settings)) = (&mut head, &scenario.settings) {
        head.extend(settings.clone());
    }
    line(&head, out)?;
    for index in 0..story.scenario.steps.len() {
        story.timeline.seek(story.timeline.after_steps(index + 1));
        line(&step(story, index), out)?;
    }
    Ok(())
}

fn step(story: &Story, index: usize) -> Value {
    let step = &story.scenario.steps[index];
    let timeline = &story.timeline;
    let mut op = step.node.to_json();
    if let Value::Object(op) = &mut op {
        // What the step does, not what is said about it.
        for key in ["note", "say", "ask", "expect"] {
            op.remove(key);
        }
    }
    let chapter = &story.scenario.chapters[step.chapter];
    let mut line = json!({
        "step": index + 1,
        "chapter": chapter.title,
        "process": story.system().current,
        "op": op,
        "outcome": timeline.steps()[index].outcome,
        "events": timeline.events(index).collect::<Vec<_>>(),
        "counters": CountersOut::of(story.system()),
    });
    let broken = broken(story, index);
    if !broken.is_empty() {
        line["broken"] = json!(broken);
    }
    let before = index.checked_sub(1).map(|before| story.scenario.steps[before].chapter);
    if let Some(say) = chapter.say.as_ref().filter(|_| before != Some(step.chapter)) {
        line["chapter_say"] = json!(say);
    }
    if let Some(say) = &step.say {
        line["say"] = json!(say);
    }
    if let Some(ask) = &step.ask {
        line["ask"] = json!(ask);
    }
    if !step.op.vars.is_empty() {
        line["vars"] = step.op.vars.iter().map(|(var, value)| (var.to_string(), *value)).collect();
    }
    line
}

/// The invariants that do not hold: those that the step broke, with the number of the event in it, and those that were
/// broken before it and still are at its end.
fn broken(story: &Story, index: usize) -> Vec<Value> {
    let start = story.timeline.moments(index).start;
    let told = |broken: &Broken| json!({ "invariant": broken.invariant(), "what": broken.to_string() });
    let mut found: Vec<Value> = story
        .breaches_of(index)
        .map(|breach| {
            let mut new = told(&breach.broken);
            new["event"] = json!(breach.moment + 1 - start);
            new
        })
        .collect();
    let new: Vec<Invariant> = story.breaches_of(index).map(|breach| breach.broken.invariant()).collect();
    // To look at every step of a right kernel for what no step of one breaks would take longer than the run.
    let still = if story.system().bug() == Bug::None { vec![] } else { story.broken() };
    found.extend(still.iter().filter(|broken| !new.contains(&broken.invariant())).map(told));
    found
}
