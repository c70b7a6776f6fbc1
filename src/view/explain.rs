//! Everything about one thing: its full decoding, how it is tied to other things, what set it and when, and the rule of the
//! privileged specification that it stands under.

pub mod bits;
mod disk;
mod entry;
mod frame;
mod history;
mod register;
mod rule;
mod space;
mod step;

pub(super) use register::fields;

use super::ties::ties;
use super::{Line, Panel, Role, Thing};
use crate::story::Story;

/// What is known of a thing by itself.
struct Known {
    title: String,
    lines: Vec<Line>,
}

impl Known {
    fn new(title: impl Into<String>, lines: Vec<Line>) -> Self {
        Self { title: title.into(), lines }
    }

    /// It is not there, and why.
    fn nothing(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(title, vec![Line::of(Role::Dim, why)])
    }
}

/// What a panel that explains a thing says at a story's moment. A thing that is not there at this moment is told to be none.
pub fn explain(story: &Story, thing: Thing) -> Panel {
    let Known { title, mut lines } = match thing {
        Thing::Pte { pa, level } => entry::pte(story, pa, level),
        Thing::Word(pa) => entry::word(story, pa),
        Thing::Slot(slot) => entry::slot(story, slot),
        Thing::Frame(ppn) => frame::known(story, ppn),
        Thing::Area { pid, start } => space::area(story, pid, start),
        Thing::Page { pid, va } => space::page(story, pid, va),
        Thing::Process(pid) => space::process(story, pid),
        Thing::Register(csr) => register::csr(story, csr),
        Thing::Pc => register::address(story, "pc", story.system().machine.hart(story.system().hart).pc),
        Thing::Sp => register::address(story, "sp", story.system().machine.hart(story.system().hart).sp),
        Thing::Address(va) => register::address(story, "address", va),
        Thing::Swap(slot) => disk::swap(story, slot),
        Thing::FilePage { file, page } => disk::file(story, file, page),
        Thing::Step(step) => step::known(story, step),
    };
    if !matches!(thing, Thing::Step(_)) {
        lines.push(Line::default());
        lines.push(
            Line::of(Role::Dim, format!("{:12}", "now")).hanging().followed_by(ties(story, thing).label),
        );
        lines.extend(history::lines(story, thing));
    }
    if let Some(rule) = rule::of(story, thing) {
        lines.extend([Line::default(), rule]);
    }
    Panel { title, lines, focus: 0 }
}

/// `  name        what`: a line of two columns.
fn row(name: &str, what: impl Into<String>) -> Line {
    Line::of(Role::Dim, format!("{name:12}")).hanging().with(Role::Plain, what)
}

#[cfg(test)]
mod tests;
