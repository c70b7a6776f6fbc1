//! Every event in one plain sentence: what happened, and why. One voice: present tense, short, things by their names.

mod fault;
mod hardware;
mod kernel;
mod pressure;
mod registers;
mod superpage;

use crate::kernel::{Event, System};
use crate::story::Story;

/// The sentence for the event that led to this moment; `None` at the beginning.
pub fn sentence(story: &Story) -> Option<String> {
    told(story, story.timeline.moment(), story.system())
}

/// The same for an event before this moment.
pub fn earlier(story: &Story, moment: usize) -> Option<String> {
    told(story, moment, &story.timeline.earlier(moment))
}

/// The sentence for the event that led to a moment, and to this state.
fn told(story: &Story, moment: usize, system: &System) -> Option<String> {
    Some(match story.timeline.event(moment)? {
        Event::Hardware(event) => hardware::sentence(event, system, story.timeline.changes_of(moment)),
        Event::Kernel(event) => kernel::sentence(event, system),
    })
}
