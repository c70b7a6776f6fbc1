//! What the panels say, all of it, as plain data: each line with its sign, and the one to be seen after `focus`.

use crate::journey::story;
use insta::assert_snapshot;
use pagewalk::scenario::stage::PanelName;
use pagewalk::view::{self, Look, Panel};

/// A panel: its title, and its lines with their signs.
pub fn told(panel: &Panel) -> String {
    let lines = panel.lines.iter().map(|line| format!("{} {line}", line.mark.glyph()).trim_end().to_owned());
    let lines: Vec<String> = lines.collect();
    format!("== {} (focus {})\n{}\n", panel.title, panel.focus, lines.join("\n"))
}

/// The panels of a moment that make something of it.
fn panels(name: &str, step: usize, event: usize) -> String {
    let mut story = story(name);
    story.timeline.seek(story.timeline.after_steps(step - 1) + event);
    let panels = [
        PanelName::Event,
        PanelName::Translate,
        PanelName::Tables,
        PanelName::Frames,
        PanelName::Areas,
        PanelName::Tlb,
        PanelName::Registers,
        PanelName::Costs,
    ];
    let told = panels.map(|name| told(&view::panel(name, &story, &Look::default())));
    told.join("\n")
}

#[test]
fn panels_of_fork_exec() {
    assert_snapshot!("panels-fork-exec-trap", panels("fork-exec", 9, 9));
    assert_snapshot!("panels-fork-exec-copy", panels("fork-exec", 12, 12));
    assert_snapshot!("panels-fork-exec-exec", panels("fork-exec", 8, 43));
}

#[test]
fn panels_of_stack_overflow() {
    assert_snapshot!("panels-stack-overflow-trap", panels("stack-overflow", 5, 16));
    assert_snapshot!("panels-stack-overflow-gone", panels("stack-overflow", 5, 40));
}

#[test]
fn panels_of_mmap_file() {
    assert_snapshot!("panels-mmap-file-area", panels("mmap-file", 2, 5));
    assert_snapshot!("panels-mmap-file-page-in", panels("mmap-file", 3, 9));
    assert_snapshot!("panels-mmap-file-page-out", panels("mmap-file", 13, 3));
}

#[test]
fn panels_of_bare_machines() {
    assert_snapshot!("panels-stale-tlb", panels("stale-tlb", 9, 1));
    // Nobody mends anything there.
    assert_snapshot!("panels-permissions-refused", panels("permissions", 10, 9));
    assert_snapshot!("panels-superpages", panels("superpages", 8, 4));
    assert_snapshot!("panels-array-walk", panels("array-walk", 2, 3));
}

#[test]
fn the_script_of_a_story() {
    let mut story = story("stack-overflow");
    story.timeline.seek(story.timeline.end() - 1);
    assert_snapshot!("panel-script", told(&view::script::panel(&story)));
}
