//! The events of a step, each in the words of the format that other programs read, and which of them is now: a sentence
//! can be told of the present one alone, as it speaks of the state.

use super::{Line, Mark, Panel, Role};
use crate::kernel::Event;
use crate::story::Story;
use serde_json::Value;

/// More events than this before the present one, or after it, are not told: a step may have thousands.
const MOST: usize = 100;

/// A space at which no line is broken: a name and its value stay together.
const TIED: char = '\u{a0}';

/// The panel.
pub fn panel(story: &Story) -> Panel {
    let Some(step) = story.step_index() else {
        return Panel::new("Events", vec![Line::of(Role::Dim, "Nothing has happened yet.")]);
    };
    let moments = story.timeline.moments(step);
    let now = story.timeline.moment();
    let shown = moments.start.max(now.saturating_sub(MOST))..moments.end.min(now + MOST);
    let lines = shown.map(|moment| {
        let (mark, role) = match moment {
            moment if moment == now => (Mark::Here, Role::Strong),
            moment if moment < now => (Mark::None, Role::Plain),
            _ => (Mark::None, Role::Dim),
        };
        let number = format!("{:>3} ", moment + 1 - moments.start);
        Line::of(Role::Dim, number).with(role, told(story.timeline.event(moment))).marked(mark)
    });
    Panel::new(format!("Events of step {}", step + 1), lines.collect())
}

/// `pte read  level 2  pa 0x80024000  pte 0x2000a801`.
fn told(event: Option<&Event>) -> String {
    let Some(Value::Object(fields)) = event.and_then(|event| serde_json::to_value(event).ok()) else {
        return String::new();
    };
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default().replace('_', " ");
    let field = |(name, value): (&String, &Value)| match value {
        Value::Null => String::new(),
        Value::String(text) => format!("  {name}{TIED}{text}"),
        value => format!("  {name}{TIED}{value}"),
    };
    let rest = fields.iter().filter(|(name, _)| *name != "kind").map(field);
    kind + &rest.collect::<String>()
}
