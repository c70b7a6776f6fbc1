//! What happens and why: the event in words, the author's note, the answer to the question before, and the question that
//! is open.

use super::{Line, Mark, Panel, Role, script, words};
use crate::kernel::check::Broken;
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
    lines.extend(broken(story));
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

/// The invariants that do not hold: in words those that this very event has broken, and by name those that were broken
/// before. No kernel without a mistake lets that happen.
fn broken(story: &Story) -> Vec<Line> {
    let (new, old): (Vec<Broken>, Vec<Broken>) =
        story.broken().into_iter().partition(|broken| story.breaks_here(broken.invariant()));
    let line = |text: String| Line::of(Role::Fault, format!("{} {text}.", Mark::Fault.glyph()));
    let mut lines: Vec<Line> =
        new.iter().map(|broken| line(format!("Here an invariant breaks: {broken}"))).collect();
    let names: Vec<String> = old.iter().map(|broken| broken.invariant().to_string()).collect();
    lines.extend((!names.is_empty()).then(|| line(format!("Broken so far: {}", names.join(", ")))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{library::Builtin, read};

    /// The lines that tell of broken invariants at each moment of a story.
    fn told(name: &str, bug: &str) -> Vec<Vec<String>> {
        let mut source = Builtin::find(name).unwrap().source();
        source.sets = vec![format!("kernel.bug={bug}")];
        let mut story = Story::new(read::read(source).unwrap()).unwrap();
        let end = story.timeline.end();
        let at = |moment| {
            story.timeline.seek(moment);
            broken(&story).iter().map(Line::to_string).collect()
        };
        (0..=end).map(at).collect()
    }

    #[test]
    fn a_kernel_that_miscounts_is_found_out_at_the_event_and_from_then_on() {
        assert!(told("fork-exec", "none").iter().all(Vec::is_empty));
        let told = told("fork-exec", "no_reference_count");
        let first = told.iter().position(|lines| !lines.is_empty()).unwrap();
        let line = &told[first][0];
        assert!(
            line.starts_with("✗ Here an invariant breaks: frame 0x8")
                && line.ends_with("counts 1 owner and has 2."),
            "{line}"
        );
        assert_eq!(told[first + 1], ["✗ Broken so far: references."]);
    }
}
