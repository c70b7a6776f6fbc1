//! The programs of a scenario: told by the sizes of their parts, or read from ELF files beside it; within bounds.

use super::diagnostic::Problem;
use super::document::{Document, ProgramSetting};
use super::node::Node;
use super::source::{Place, Source};
use super::{disk, elf};
use crate::kernel::op::Size;
use crate::kernel::setup::Program;
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of one part of a program.
pub const MAX_PART_BYTES: u64 = 16 << 20;

/// The programs, and how many bytes they leave of `room` on the disk. The names of those that cannot be had go to `lost`.
pub fn programs(
    document: &Document,
    source: &Source,
    root: &Node,
    mut room: u64,
    problems: &mut Vec<Problem>,
    lost: &mut BTreeSet<String>,
) -> (BTreeMap<String, Program>, u64) {
    let mut programs = BTreeMap::new();
    let written = root.get("programs").map(Node::by_key).unwrap_or_default();
    let place_of_key =
        |name: &str| written.get(name).map_or_else(|| root.place.first_byte(), |(key, _)| key.place.clone());
    if let Some(name) = one_too_many(document, room) {
        problems.push(Problem::other(place_of_key(name), disk::too_much()));
        lost.extend(document.programs.keys().cloned());
        return (programs, 0);
    }
    for (name, setting) in &document.programs {
        let place = |key: &str| {
            written.get(name.as_str()).map_or_else(|| root.place.clone(), |(_, node)| node.place_of(&[key]))
        };
        let before = problems.len();
        bounded(setting, place, problems);
        let made = (problems.len() == before).then(|| made(setting, source));
        let made = match made {
            None => None,
            Some(Ok(made)) => Some(made),
            Some(Err(what)) => {
                problems.push(Problem::other(place("elf"), what));
                None
            }
        };
        let Some((program, bytes)) = made else {
            lost.insert(name.clone());
            continue;
        };
        match room.checked_sub(bytes) {
            Some(rest) => room = rest,
            None => {
                problems.push(Problem::other(place_of_key(name), disk::too_much()));
                lost.extend(document.programs.keys().cloned());
                return (BTreeMap::new(), 0);
            }
        }
        programs.insert(name.clone(), program);
    }
    (programs, room)
}

/// The first program that exceeds the room, computed from the sizes. No program is built for it: thousands might not fit
/// into memory.
fn one_too_many(document: &Document, mut room: u64) -> Option<&String> {
    // A part that is too large has a limit of its own.
    let bytes = |setting: &ProgramSetting| {
        let sizes = setting.sizes();
        let is_possible = [sizes.text, sizes.data].iter().all(|size| size.0 <= MAX_PART_BYTES);
        (setting.elf.is_none() && is_possible).then(|| sizes.image_bytes())
    };
    let mut sizes = document.programs.iter().filter_map(|(name, setting)| Some((name, bytes(setting)?)));
    sizes.find_map(|(name, bytes)| match room.checked_sub(bytes) {
        Some(rest) => {
            room = rest;
            None
        }
        None => Some(name),
    })
}

/// A program, and how many bytes it takes on the disk: those of its ELF file as well, if these are more.
fn made(setting: &ProgramSetting, source: &Source) -> Result<(Program, u64), String> {
    let sizes = setting.sizes();
    let Some(name) = &setting.elf else { return Ok((Program::of_sizes(&sizes), sizes.image_bytes())) };
    let bytes = source.beside(name)?;
    let program = elf::program(&bytes, sizes.stack, sizes.heap).map_err(|what| format!("{name}: {what}"))?;
    let most = program.image.size_bytes.max(bytes.len() as u64);
    Ok((program, most))
}

fn bounded(setting: &ProgramSetting, place: impl Fn(&str) -> Place, problems: &mut Vec<Problem>) {
    let ProgramSetting { elf, text, data, bss, stack, heap } = setting;
    let own = [("text", text), ("data", data), ("bss", bss)];
    for (part, size) in own.into_iter().chain([("stack", stack), ("heap", heap)]) {
        let Size(bytes) = size.unwrap_or_default();
        if bytes > MAX_PART_BYTES {
            let what = format!("{part} of {bytes} bytes: it can have {} MiB", MAX_PART_BYTES >> 20);
            problems.push(Problem::other(place(part), what));
        }
    }
    for (part, _) in own.iter().filter(|(_, size)| elf.is_some() && size.is_some()) {
        let what = format!("the ELF file says how large \"{part}\" is");
        problems.push(Problem::advice(place(part), what, "remove it"));
    }
}
