//! Where in a run this moment is, and under which settings the run was made.

use crate::kernel::{Bug, setup};
use crate::story::Story;

/// `step 14/37 · event 6/19`
pub fn place(story: &Story) -> String {
    let steps = story.scenario.steps.len();
    match story.step_index() {
        None => format!("step 0/{steps}"),
        Some(step) => {
            let moments = story.timeline.moments(step);
            let event = story.timeline.moment() + 1 - moments.start;
            format!("step {}/{steps} · event {event}/{}", step + 1, moments.len())
        }
    }
}

/// `--set kernel.fork=copy`: what the author's notes do not know of. Or that the kernel is a wrong one.
pub fn set(story: &Story) -> Option<String> {
    match story.scenario.source.sets.as_slice() {
        [] if story.system().bug() == Bug::None => None,
        [] => Some("wrong kernel".into()),
        [set] => Some(format!("--set {set}")),
        [set, others @ ..] => Some(format!("--set {set} +{}", others.len())),
    }
}

/// The settings that make a difference to look at: `sv39 · fork cow`.
pub fn settings(story: &Story) -> String {
    let variant = story.scenario.source.variant.iter().map(|name| format!("{name} · ")).collect::<String>();
    let paging = format!("{variant}{}", story.system().machine.config().paging.name());
    let Some(policies) = &story.system().policies else { return format!("{paging} · bare machine") };
    let fork = match policies.fork {
        setup::Fork::Cow => "fork cow",
        setup::Fork::Copy => "fork copy",
    };
    let heap = match policies.heap {
        setup::Heap::Lazy => "heap lazy",
        setup::Heap::Eager => "heap eager",
    };
    let bug = match policies.bug {
        Bug::None => String::new(),
        bug => format!(" · {bug}"),
    };
    let memory = match policies.reclaim {
        setup::Reclaim::None => format!("{fork} · {heap}"),
        reclaim => format!("reclaim {reclaim}"),
    };
    format!("{paging} · {memory}{bug}")
}
