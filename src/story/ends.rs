//! When the processes of a run end: why a step is passed over.

use crate::kernel::state::Pid;
use crate::kernel::{Event, KernelEvent, Op, System};
use crate::timeline::Timeline;
use std::collections::BTreeMap;

/// How each process ended, and in which step, from 0.
pub struct Ends(BTreeMap<Pid, (&'static str, usize)>);

impl Ends {
    /// The ends in a run.
    pub fn of(timeline: &Timeline) -> Self {
        let in_step = |step| {
            timeline.events(step).filter_map(move |event| match event {
                Event::Kernel(KernelEvent::ProcessKill { pid, .. }) => Some((*pid, ("was killed", step))),
                Event::Kernel(KernelEvent::ProcessExit { pid, .. }) => Some((*pid, ("ended", step))),
                _ => None,
            })
        };
        Self((0..timeline.steps().len()).flat_map(in_step).collect())
    }

    /// Why an operation was passed over, as a clause; `system` is the state after it.
    pub fn passed_over(&self, system: &System, op: &Op) -> String {
        let process = match &op.process {
            Some(name) => system.process_named(name),
            None => system.current.and_then(|pid| system.process(pid)),
        };
        let end = process.and_then(|process| Some((&process.name, self.0.get(&process.pid)?)));
        match end {
            Some((name, (how, step))) => {
                format!("the step was passed over: {name} {how} in step {}", step + 1)
            }
            None => "the step was passed over".into(),
        }
    }
}
