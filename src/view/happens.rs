//! What happens and why: the event in words, the author's note, the answer to the question before, and the question that
//! is open.

use super::{Line, Mark, Panel, Role, script, words};
use crate::kernel::System;
use crate::scenario::Ask;
use crate::story::Story;

/// The panel. Its lines are paragraphs: the screen wraps them.
pub fn panel(story: &Story) -> Panel {
    answered(story, None)
}

/// The same when an answer to the open question was chosen, by its number.
pub fn answered(story: &Story, chosen: Option<usize>) -> Panel {
    let mut lines = vec![];
    match words::sentence(story) {
        None => {
            lines.push(Line::of(Role::Plain, &story.scenario.summary));
            lines.push(Line::of(
                Role::Dim,
                "Nothing has happened yet. Step forward with → (events) or ↓ (steps).",
            ));
        }
        Some(sentence) => lines.push(Line::of(Role::Plain, sentence)),
    }
    lines.extend(broken(story.system()));
    let step = story.step();
    if let Some(note) = step.and_then(|step| step.note.as_ref()) {
        lines.push(Line::of(Role::Note, &**note));
    }
    lines.extend(step.and_then(|step| step.ask.as_deref()).into_iter().flat_map(solution));
    let mut focus = 0;
    if let Some(ask) = story.question() {
        lines.extend(question(ask, chosen));
        focus = if ask.answers.is_empty() { 0 } else { lines.len() - 1 };
    }
    let title = match step {
        Some(step) => format!("What happens · {}", script::words(step)),
        None => "What happens".into(),
    };
    Panel { title, lines, focus }
}

/// What is asked, what can be chosen, and what becomes of what was.
fn question(ask: &Ask, chosen: Option<usize>) -> Vec<Line> {
    let mut lines = vec![Line::of(Role::Strong, format!("Before you go on: {}", ask.question))];
    let choice = |(letter, answer): (char, &crate::scenario::ask::Answer)| {
        Line::of(Role::Strong, format!("{letter}  ")).with(Role::Plain, &answer.text)
    };
    lines.extend(ask.lettered().map(choice));
    if let Some((letter, answer)) = chosen.and_then(|chosen| ask.lettered().nth(chosen)) {
        let (role, verdict) = match answer.right {
            true => (Role::Good, format!("✓ {letter} is right. ")),
            false => (Role::Fault, format!("✗ {letter} is not right. ")),
        };
        lines.push(Line::of(role, verdict).with(Role::Plain, &answer.why));
    }
    lines
}

/// The right answers, and why.
pub fn solution(ask: &Ask) -> impl Iterator<Item = Line> {
    let right = ask.lettered().filter(|(_, answer)| answer.right);
    right.map(|(letter, answer)| {
        let said = answer.text.trim_end_matches('.');
        Line::of(Role::Good, format!("✓ {letter}, {said}. ")).with(Role::Plain, &answer.why)
    })
}

/// An invariant that does not hold, which no kernel without a mistake lets happen.
fn broken(system: &System) -> Option<Line> {
    let broken = system.check_always().err()?;
    let text = format!("{} an invariant is broken: {broken}", Mark::Fault.glyph());
    Some(Line::of(Role::Fault, text).marked(Mark::Fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{frames::Frame, system::Change};
    use crate::scenario::{library::Builtin, read};

    #[test]
    fn a_kernel_that_miscounts_is_found_out() {
        let scenario = read::read(Builtin::find("lazy-heap").unwrap().source()).unwrap();
        let mut story = Story::new(scenario).unwrap();
        story.timeline.seek(story.timeline.end());
        let mut system = story.system().clone();
        assert_eq!(broken(&system), None);
        let (ppn, frame) = system.frames().find(|(_, frame)| frame.refs > 0).unwrap();
        let frame = Frame { refs: 0, ..*frame };
        system.swap(Change::Frame { ppn, frame });
        let line = broken(&system).unwrap().to_string();
        assert!(
            line.starts_with("✗ an invariant is broken: frame 0x80000 counts 0 owners and has "),
            "{line}"
        );
    }
}
