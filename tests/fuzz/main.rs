//! What must withstand anything: texts, scenarios, operations and input that chance makes, each kind with its own rules.
//!
//! A case is made of bytes: `proptest` draws them and makes them smaller, [`dice`] turns them into choices. `cargo test`
//! first tries what is kept in `tests/fuzz/cases`, and then a few seconds' worth of new cases. With `PAGEWALK_FUZZ_SECONDS`
//! each kind goes on for that long, keeps what it finds in that folder, and prints how much it tried.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

mod bytes;
mod caught;
mod dice;
mod hunt;
mod input;
mod keep;
mod mutate;
mod operations;
mod play;
mod program;
mod scenarios;
mod stories;
mod tally;
mod told;

use hunt::{Kind, hunt};

#[test]
fn bytes() {
    hunt::<bytes::Bytes>();
}

#[test]
fn scenarios() {
    hunt::<scenarios::Scenarios>();
}

#[test]
fn operations() {
    hunt::<operations::Operations>();
}

#[test]
fn input() {
    hunt::<input::Input>();
}

#[test]
fn every_kept_file_is_of_a_kind() {
    let names =
        [bytes::Bytes::NAME, scenarios::Scenarios::NAME, operations::Operations::NAME, input::Input::NAME];
    for file in keep::files() {
        assert!(names.iter().any(|name| keep::is_of(&file, name)), "{} is of no kind", file.display());
    }
}
