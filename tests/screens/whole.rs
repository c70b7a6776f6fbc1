//! Whole screens: every step of every built-in, in every layout, at every size class and in every theme. A screen is drawn
//! once, in ink, and held against what it should say; themes are asked for the inks that were seen, as paint is a function
//! of ink alone.

pub mod held;
mod inks;

use crate::journey::story;
use inks::Inks;
use pagewalk::scenario::library::{self, Builtin};
use pagewalk::scenario::stage::{Layout, PanelName};
use pagewalk::tui::drawn;
use pagewalk::tui::model::{Model, Player, Screen};
use pagewalk::tui::theme::{self, Depth};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A size of each class: the smallest, the usual terminal, the smallest with columns, a large one, and the largest.
const SIZES: [(u16, u16); 5] = [(60, 15), (80, 24), (100, 30), (120, 40), (200, 60)];

/// Of a scenario with more steps than this, at most so many and the last are looked at at every size; at the others sizes
/// take turns.
const MANY: usize = 100;

/// So many complaints about a scenario are enough.
const ENOUGH: usize = 3;

/// A way to show a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As many of its panels as fit.
    Whole,
    /// The panel that it is for, alone.
    Zoomed,
    /// As the room sees it.
    Presenting,
    /// What happens, in full.
    Event,
}

impl Way {
    /// How a moment is shown: in every layout, and in one of them in all other ways. Those take turns, as to show all of
    /// them at each moment takes minutes.
    fn all(turn: usize) -> impl Iterator<Item = (Self, Layout)> {
        let other = Layout::ALL[turn % Layout::ALL.len()];
        let others = [Self::Zoomed, Self::Presenting, Self::Event].map(|way| (way, other));
        Layout::ALL.map(|layout| (Self::Whole, layout)).into_iter().chain(others)
    }

    fn set(self, player: &mut Player, layout: Layout) {
        player.arrange(layout);
        player.stage.presenting = self == Self::Presenting;
        player.zoomed = matches!(self, Self::Zoomed | Self::Event);
        if self == Self::Event {
            player.focus_on(PanelName::Event);
        }
    }
}

pub fn player(model: &mut Model) -> &mut Player {
    match &mut model.screen {
        Screen::Play(player) => player,
        Screen::Gallery => unreachable!("a story is shown"),
    }
}

/// The first event of each step and the moment after it, and whether they are looked at at every size.
fn moments(model: &Model) -> BTreeMap<usize, bool> {
    let timeline = &model.player().unwrap().story.timeline;
    let steps = timeline.steps().len();
    let in_full = |step: usize| step.is_multiple_of(steps.div_ceil(MANY)) || step + 1 == steps;
    let both = |step| [timeline.moments(step).start, timeline.after_steps(step + 1)];
    let moments = (0..steps).flat_map(|step| both(step).map(|moment| (moment, in_full(step))));
    moments.chain([(0, true)]).collect()
}

/// The sizes at which a moment is looked at.
fn sizes(in_full: bool, turn: usize) -> &'static [(u16, u16)] {
    let at = turn % SIZES.len();
    if in_full { &SIZES } else { &SIZES[at..=at] }
}

/// What is wrong with the screens of a built-in; the inks that were seen on them are kept.
fn complaints(builtin: &Builtin, inks: &mut Inks) -> Vec<String> {
    let mut found = vec![];
    let mut model = Model::new(Some(story(builtin.name)));
    for (turn, (moment, in_full)) in moments(&model).into_iter().enumerate() {
        player(&mut model).story.timeline.seek(moment);
        for (way, layout) in Way::all(turn) {
            way.set(player(&mut model), layout);
            for &(columns, rows) in sizes(in_full, turn) {
                let buffer = drawn(&model, columns, rows);
                inks.see(&buffer);
                let wrong = held::complaint(model.player().unwrap(), &buffer);
                let place =
                    || format!("{} at moment {moment}, {way:?} {layout:?} {columns}x{rows}", builtin.name);
                found.extend(wrong.map(|what| format!("{}: {what}", place())));
                if found.len() == ENOUGH {
                    return found;
                }
            }
        }
    }
    found
}

/// Asks something of every built-in, on as many threads as there are cores.
fn of_all<T: Send>(ask: impl Fn(&Builtin) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(vec![]);
    let work = || {
        while let Some(builtin) = library::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = ask(builtin);
            answers.lock().unwrap().push(answer);
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    answers.into_inner().unwrap()
}

#[test]
fn every_step_of_every_built_in_can_be_read_in_every_layout_size_and_theme() {
    let answers = of_all(|builtin| {
        let mut inks = Inks::default();
        (complaints(builtin, &mut inks), inks)
    });
    let mut found = vec![];
    let mut inks = Inks::default();
    for (complaints, seen) in answers {
        found.extend(complaints);
        inks.add(seen);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let unreadable = inks.complaints();
    assert!(unreadable.is_empty(), "{}", unreadable.join("\n"));
}

#[test]
fn paint_is_a_function_of_ink_and_leaves_the_text() {
    let mut model = Model::new(Some(story("fork-exec")));
    player(&mut model).story.timeline.seek(200);
    let ink = drawn(&model, 120, 40);
    for theme in theme::ALL {
        for depth in [Depth::True, Depth::Indexed, Depth::Sixteen] {
            let mut painted = ink.clone();
            theme.paint(depth, &mut painted);
            for (before, after) in ink.content().iter().zip(painted.content()) {
                let alone = inks::painted(before, theme, depth);
                assert_eq!((before.symbol(), &alone), (after.symbol(), after), "{}", theme.name);
            }
        }
    }
}
