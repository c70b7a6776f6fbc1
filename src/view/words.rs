//! Every event in one plain sentence: what happened, and why. One voice: present tense, short, things by their names.

mod fault;
mod hardware;
mod kernel;
mod pressure;
mod registers;
mod superpage;

use crate::kernel::Event;
use crate::story::Story;

/// The sentence for the event that led to this moment; `None` at the beginning.
pub fn sentence(story: &Story) -> Option<String> {
    let system = story.system();
    Some(match story.timeline.event(story.timeline.moment())? {
        Event::Hardware(event) => hardware::sentence(event, system, story.timeline.changes()),
        Event::Kernel(event) => kernel::sentence(event, system),
    })
}
