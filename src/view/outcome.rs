//! How an operation ended, in words.

use crate::kernel::{Action, Outcome};

/// The outcome of an operation.
pub fn words(action: &Action, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Reached { pa, value } => format!("{value:#x} at {pa}"),
        Outcome::Trapped { trap, killed } => {
            let end = if *killed { ", and the process is killed" } else { "" };
            format!("{} (scause {}) at {}{end}", trap.cause, trap.cause.code(), trap.stval)
        }
        Outcome::Answer { value } => match action {
            Action::Spawn { .. } | Action::Fork { .. } | Action::Vfork { .. } => format!("process {value}"),
            _ => format!("{value:#x}"),
        },
        Outcome::Refused { why } => format!("-1: {why}"),
        Outcome::Ended => "the process has ended".into(),
        Outcome::Done => "done".into(),
        Outcome::Skipped => "passed over: its process has ended".into(),
    }
}
