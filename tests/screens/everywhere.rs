//! Every moment of every story can be drawn, and what happens is told in full.

use crate::journey::{story, text};
use pagewalk::kernel::{Event, KernelEvent};
use pagewalk::scenario::library;
use pagewalk::tui::model::{Model, Screen};
use pagewalk::tui::{panels, render};
use pagewalk::view;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The sizes that lectures and exercises are held at.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// Of a story with more moments than this, one moment in so many is looked at.
const MANY: usize = 200;

/// Draws the moments of every story at each size, and asks what is wrong with the picture.
fn at_every_moment(complaint: impl Fn(&Model, &Buffer) -> Option<String>) -> Vec<String> {
    let mut complaints = vec![];
    for builtin in library::ALL {
        let mut model = Model::new(Some(story(builtin.name)));
        let end = model.player().unwrap().story.timeline.end();
        for moment in (0..=end).step_by(end / MANY + 1) {
            let Screen::Play(player) = &mut model.screen else { unreachable!("a story is shown") };
            player.story.timeline.seek(moment);
            let step = player.story.step_index().map_or(0, |step| step + 1);
            for (columns, rows) in SIZES {
                let found = complaint(&model, &render(&model, columns, rows));
                let place = format!("{} at {columns}x{rows}, step {step}, moment {moment}", builtin.name);
                complaints.extend(found.map(|what| format!("{place}: {what}")));
            }
        }
    }
    complaints
}

/// Text without what differs when lines break elsewhere.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_happens_is_told_in_full_at_every_moment() {
    let complaints = at_every_moment(|model, buffer| {
        let happens = panels::frame(model.player().unwrap(), buffer.area).happens;
        let inside =
            Rect { x: happens.x + 1, y: happens.y + 1, width: happens.width - 2, height: happens.height - 1 };
        let mut part = Buffer::empty(inside);
        for position in inside.positions() {
            part[position] = buffer[position].clone();
        }
        let told = words(&text(&part));
        let panel = view::happens::panel(&model.player().unwrap().story);
        let all = panel.lines.iter().map(|line| words(&line.to_string())).collect::<Vec<_>>().join(" ");
        (told != all).then(|| format!("\n  told   {told}\n  of all {all}"))
    });
    assert!(complaints.is_empty(), "{} moments are cut:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_title_and_the_place_are_told_in_full_at_every_moment() {
    let complaints = at_every_moment(|model, buffer| {
        let header = text(buffer).lines().next().unwrap().to_owned();
        let title = &model.player().unwrap().story.scenario.title;
        (!header.starts_with(&format!(" {title}")) || !header.contains(" step ")).then_some(header)
    });
    assert!(complaints.is_empty(), "{} headers are cut:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_kernel_mends_nothing_where_there_is_none_or_after_it_killed() {
    let mut mended = 0;
    for builtin in library::ALL {
        let mut story = story(builtin.name);
        for step in 0..story.timeline.steps().len().min(MANY) {
            let mut killed = false;
            for moment in story.timeline.moments(step) {
                story.timeline.seek(moment);
                let event = story.timeline.event(moment).unwrap();
                killed |= matches!(event, Event::Kernel(KernelEvent::ProcessKill { .. }));
                let said = view::translate::panel(&story)
                    .lines
                    .iter()
                    .any(|line| line.to_string().contains("mends"));
                let never = killed || story.scenario.setup.kernel.is_none();
                assert!(!(said && never), "{}, step {}, {event:?}", builtin.name, step + 1);
                mended += usize::from(said);
            }
        }
    }
    assert!(mended > 10, "elsewhere it does, and says so");
}
