//! The screens as they are drawn, text and styles: the stories at their most telling moments, every panel, the gallery,
//! the help and the prompt. Snapshots of screens hold under the text, row by row, what is not in the usual style.
//!
//! Journeys press keys and say in a sentence what is to be seen; one test goes through all moments of all stories.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and its helpers with it")]

mod commands;
mod everywhere;
mod journey;
mod journeys;
mod looks;
mod machines;
mod mouse;
mod notes;
mod panels;
mod questions;
mod reload;
mod sizes;
mod stories;
mod tables;
mod tour;
mod whole;

use insta::assert_snapshot;
use journey::{gallery, journey};

#[test]
fn fork_exec_at_its_most_telling_moments() {
    // The heap page that was promised is given.
    assert_snapshot!("fork-exec-zero-fill-80x24", journey("fork-exec", ":4.10 Enter").screen(80, 24));
    // fork takes W away and marks the page C, on both sides.
    assert_snapshot!("fork-exec-cow-80x24", journey("fork-exec", ":6.23 Enter").screen(80, 24));
    assert_snapshot!("fork-exec-cow-120x40", journey("fork-exec", ":6.23 Enter").screen(120, 40));
    // The last owner gets W back.
    assert_snapshot!("fork-exec-last-owner-120x40", journey("fork-exec", ":9.11 Enter").screen(120, 40));
    // The one copy of the story.
    assert_snapshot!("fork-exec-copy-80x24", journey("fork-exec", ":12.12 Enter").screen(80, 24));
    assert_snapshot!("fork-exec-copy-120x40", journey("fork-exec", ":12.12 Enter").screen(120, 40));
    assert_snapshot!("fork-exec-copy-200x60", journey("fork-exec", ":12.13 Enter").screen(200, 60));
}

#[test]
fn stack_overflow_at_its_most_telling_moments() {
    // The store that hits the guard page, and what is left of the process.
    assert_snapshot!("stack-overflow-trap-80x24", journey("stack-overflow", "]").screen(80, 24));
    assert_snapshot!("stack-overflow-trap-120x40", journey("stack-overflow", "]").screen(120, 40));
    assert_snapshot!(
        "stack-overflow-killed-80x24",
        journey("stack-overflow", "] Right Right").screen(80, 24)
    );
    assert_snapshot!("stack-overflow-gone-120x40", journey("stack-overflow", ":5 Enter").screen(120, 40));
}

#[test]
fn mmap_file_at_its_most_telling_moments() {
    // A page comes in from the disk.
    assert_snapshot!("mmap-file-page-in-80x24", journey("mmap-file", ":3.9 Enter").screen(80, 24));
    assert_snapshot!("mmap-file-page-in-120x40", journey("mmap-file", ":3.9 Enter").screen(120, 40));
    // The walker sets D after a hit.
    assert_snapshot!("mmap-file-dirty-80x24", journey("mmap-file", ":6.8 Enter").screen(80, 24));
    // One frame, three owners.
    assert_snapshot!("mmap-file-shared-120x40", journey("mmap-file", ":9.8 Enter").screen(120, 40));
    // The dirty page goes back.
    assert_snapshot!("mmap-file-page-out-120x40", journey("mmap-file", ":13.3 Enter").screen(120, 40));
}

#[test]
fn a_bare_machine_at_its_most_telling_moment() {
    // The TLB has another translation than the tables.
    assert_snapshot!("stale-tlb-80x24", journey("stale-tlb", ":9.1 Enter").screen(80, 24));
    assert_snapshot!("stale-tlb-120x40", journey("stale-tlb", ":9.1 Enter").screen(120, 40));
}

#[test]
fn every_panel_on_a_small_screen() {
    for key in 0..=9 {
        let screen = journey("fork-exec", &format!(":12.14 Enter {key}")).screen(80, 24);
        assert_snapshot!(format!("layout-{key}-80x24"), screen);
    }
    // Without room beside it, a panel is alone.
    assert_snapshot!("layout-1-60x15", journey("fork-exec", ":12.14 Enter").screen(60, 15));
}

#[test]
fn the_beginning_and_the_end_of_a_story() {
    assert_snapshot!("beginning-80x24", journey("fork-exec", "").screen(80, 24));
    assert_snapshot!("end-120x40", journey("fork-exec", "End").screen(120, 40));
}

#[test]
fn the_gallery() {
    assert_snapshot!("gallery-80x24", gallery("").screen(80, 24));
    assert_snapshot!("gallery-last-120x40", gallery("Down*99").screen(120, 40));
    // More scenarios than rows: the chosen one is in sight.
    assert_snapshot!("gallery-60x15", gallery("Down*99").screen(60, 15));
}

#[test]
fn the_help() {
    assert_snapshot!("help-story-80x24", journey("fork-exec", "? Down*3").screen(80, 24));
    assert_snapshot!("help-story-200x60", journey("fork-exec", "?").screen(200, 60));
    assert_snapshot!("help-gallery-80x24", gallery("?").screen(80, 24));
}

#[test]
fn the_prompt_and_messages_in_the_last_row() {
    assert_snapshot!("prompt-80x24", journey("fork-exec", ":12.1").screen(80, 24));
    assert_snapshot!("prompt-refused-80x24", journey("fork-exec", ":99 Enter").screen(80, 24));
    assert_snapshot!("playing-80x24", journey("fork-exec", "Space").screen(80, 24));
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs_and_what_happens() {
    assert_snapshot!("too-small-40x10", journey("fork-exec", ":12.12 Enter").screen(40, 10));
    assert_snapshot!("too-small-gallery-30x5", gallery("").screen(30, 5));
}
