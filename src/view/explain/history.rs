//! What set a thing, and when: the last event whose changes concern it.

use super::row;
use crate::hw::{self, Csr, HartId, PhysAddr, Ppn};
use crate::kernel::{Area, Change};
use crate::story::Story;
use crate::view::spaces::{Spaces, Spot};
use crate::view::{Line, Role, Thing, script, words};

/// Whether a change concerns a thing.
type IsIt<'a> = Box<dyn Fn(&Change) -> bool + 'a>;

/// When and by what a thing was set.
pub(super) fn lines(story: &Story, thing: Thing) -> Vec<Line> {
    let found = concerning(story, thing);
    found.into_iter().flat_map(|(what, is_it)| told(story, what, story.timeline.last_change(is_it))).collect()
}

/// `set by      step 6, event 23 (:6.23): fork → child`, and that event in words.
fn told(story: &Story, what: &str, moment: Option<usize>) -> Vec<Line> {
    let Some((moment, step)) = moment.and_then(|moment| Some((moment, story.timeline.step_at(moment)?)))
    else {
        return vec![row(what, "no event of this run")];
    };
    let event = moment + 1 - story.timeline.moments(step).start;
    let number = step + 1;
    let operation = story.scenario.steps.get(step).map(script::words).unwrap_or_default();
    let line = row(what, format!("step {number}, event {event}"))
        .with(Role::Dim, format!(" (:{number}.{event}): "))
        .with(Role::Strong, operation)
        .of_thing(Thing::Step(step));
    let sentence = words::earlier(story, moment).unwrap_or_default();
    vec![line, row("", sentence).of_thing(Thing::Step(step))]
}

/// What of a thing has a history of its own, and which changes are part of it.
fn concerning<'a>(story: &'a Story, thing: Thing) -> Vec<(&'static str, IsIt<'a>)> {
    let system = story.system();
    let hart = system.hart;
    let width = system.geometry().pte_bytes;
    let one = |is_it: IsIt<'a>| vec![("set by", is_it)];
    match thing {
        Thing::Pte { pa, .. } | Thing::Word(pa) => one(Box::new(move |change| writes(change, pa.0, width))),
        Thing::Frame(ppn) => {
            let bytes = system.machine.geometry(hart).unwrap_or(system.geometry()).page_bytes();
            let start = ppn.0.saturating_mul(bytes);
            let contents: (_, IsIt) = ("contents by", Box::new(move |change| writes(change, start, bytes)));
            match system.policies {
                Some(_) => vec![("use set by", Box::new(move |change| is_use(change, ppn))), contents],
                None => vec![contents],
            }
        }
        Thing::Slot(slot) => one(Box::new(move |change| is_slot(change, hart, slot))),
        Thing::Register(csr) => one(Box::new(move |change| is_csr(change, hart, csr))),
        Thing::Pc => one(Box::new(
            move |change| matches!(change, Change::Hardware(hw::Change::Pc { hart: whose, .. }) if *whose == hart),
        )),
        Thing::Sp => one(Box::new(
            move |change| matches!(change, Change::Hardware(hw::Change::Sp { hart: whose, .. }) if *whose == hart),
        )),
        Thing::Process(pid) => {
            one(Box::new(move |change| matches!(change, Change::Process { pid: whose, .. } if *whose == pid)))
        }
        Thing::Area { pid, start } => {
            let areas = system.process(pid).map(|process| system.areas_of(process)).unwrap_or_default();
            let now = areas.iter().find(|area| area.start == start);
            one(Box::new(move |change| is_area(change, pid, now)))
        }
        Thing::Page { pid, va } => {
            let spaces = Spaces::of(story);
            let process = system.process(pid).filter(|process| process.is_alive());
            let space = process.and_then(|process| spaces.at_root(process.root));
            of_page(&spaces, space.and_then(|space| spaces.spot(space, va)), width)
        }
        Thing::Address(va) => {
            let spaces = Spaces::of(story);
            of_page(&spaces, spaces.acting(va).and_then(|space| spaces.spot(space, va)), width)
        }
        Thing::Swap(slot) => {
            one(Box::new(move |change| matches!(change, Change::Swap { slot: which, .. } if *which == slot)))
        }
        Thing::FilePage { file, page } => one(Box::new(move |change| match change {
            Change::Cache { key, .. } => *key == (file, page),
            Change::FilePage { file: which, page: at, .. } => (*which, *at) == (file, page),
            _ => false,
        })),
        Thing::Step(_) => vec![],
    }
}

/// The PTE that decides about a page has a history, if it is the page's own.
fn of_page<'a>(spaces: &Spaces, spot: Option<Spot>, width: u64) -> Vec<(&'static str, IsIt<'a>)> {
    let own = spot.filter(|spot| spot.level == 0 || spaces.maps(spot).is_some());
    own.map(|spot| -> (&'static str, IsIt<'a>) {
        let PhysAddr(pa) = spot.pa;
        ("PTE set by", Box::new(move |change| writes(change, pa, width)))
    })
    .into_iter()
    .collect()
}

/// Whether one of so many bytes was written.
fn writes(change: &Change, pa: u64, bytes: u64) -> bool {
    let (first, many) = match change {
        Change::Hardware(hw::Change::Memory { pa, width, .. }) => (pa.0, *width),
        Change::Hardware(hw::Change::Chunk { pa, .. }) => {
            let chunk = hw::memory::CHUNK_BYTES;
            (pa.0 / chunk * chunk, chunk)
        }
        _ => return false,
    };
    first < pa.saturating_add(bytes) && pa < first + many
}

/// Whether what is known of a frame changed.
pub(super) fn is_use(change: &Change, ppn: Ppn) -> bool {
    matches!(change, Change::Frame { ppn: which, .. } if *which == ppn)
}

fn is_slot(change: &Change, hart: HartId, slot: usize) -> bool {
    matches!(
        change,
        Change::Hardware(hw::Change::TlbSlot { hart: whose, slot: which, .. }) if (*whose, *which) == (hart, slot)
    )
}

fn is_csr(change: &Change, hart: HartId, csr: Csr) -> bool {
    matches!(
        change,
        Change::Hardware(hw::Change::Csr { hart: whose, csr: which, .. }) if (*whose, *which) == (hart, csr)
    )
}

/// A process is kept whole: the area was set by the first event, from now back, before which it was not the same.
fn is_area(change: &Change, pid: crate::kernel::Pid, now: Option<&Area>) -> bool {
    let Change::Process { pid: whose, process } = change else { return false };
    let before = process.as_ref().map(|process| &process.areas[..]).unwrap_or_default();
    *whose == pid && now.is_some_and(|now| !before.contains(now))
}
