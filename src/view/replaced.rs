//! Page replacement: which page loses its frame next, and what the policy looks at.

use super::{Line, Role, Thing, count, grouped, owners::Owners};
use crate::hw::Ppn;
use crate::kernel::System;
use crate::kernel::reclaim::{Mappers, Resident};
use crate::kernel::setup::Reclaim;
use crate::kernel::state::NEVER;
use std::collections::BTreeMap;

/// How many pages are listed.
const MOST_LISTED: usize = 100;

/// The pages that may lose their frames, in the order in which the policy comes to them: those that need not be written
/// before the others, if that is the policy. From the lowest frame up, if chance decides.
pub fn order<'m>(system: &System, mappers: &'m Mappers) -> Vec<Resident<'m>> {
    let reclaim = system.reclaim_policy();
    if reclaim == Reclaim::None {
        return vec![];
    }
    let mut pages: Vec<Resident<'_>> = system.residents(mappers).collect();
    let places: BTreeMap<Ppn, usize> =
        system.replacement_order().into_iter().enumerate().map(|(at, ppn)| (ppn, at)).collect();
    let clean_first = system.policies.as_ref().is_some_and(|policies| policies.clean_first);
    pages.sort_by_key(|page| (clean_first && page.dirty, places.get(&page.ppn).copied()));
    pages
}

/// The lines: a page each.
pub fn lines(system: &System, owners: &Owners<'_>) -> Vec<Line> {
    let Some(policies) = &system.policies else { return vec![] };
    let policy = policies.reclaim;
    let clean = if policies.clean_first { ", clean ones first" } else { "" };
    let heading = Line::of(Role::Strong, "Next to go").with(Role::Dim, format!(" · {policy}{clean}"));
    if policy == Reclaim::None {
        let why = "Nobody: reclaim is none, and who needs a frame when none is free gets none.";
        return vec![heading, Line::of(Role::Dim, why)];
    }
    let mappers = system.mappers();
    let order = order(system, &mappers);
    let mut lines = vec![heading];
    match policy {
        _ if order.is_empty() => lines.push(Line::of(Role::Dim, "Nobody now: there is no page to take.")),
        Reclaim::Random => {
            let pages = count(order.len() as u64, "page");
            lines.push(Line::of(Role::Dim, format!("Chance decides, among {pages}:")));
        }
        _ => {}
    }
    let widths = order.iter().map(|page| looked_at(system, policy, page).chars().count());
    let width = widths.max().unwrap_or_default();
    for page in order.iter().take(MOST_LISTED) {
        let bit = looked_at(system, policy, page);
        let (dirty, role) = if page.dirty { ("dirty", Role::Strong) } else { ("clean", Role::Dim) };
        let line = Line::of(Role::Plain, format!("{:x} ", page.ppn.0));
        let line = if width > 0 { line.with(Role::Dim, format!("{bit:>width$} ")) } else { line };
        let line = line.with(role, format!("{dirty} ")).of_thing(Thing::Frame(page.ppn));
        lines.push(owners.told(line, &owners.owners(page.ppn, &page.frame)));
    }
    let more = order.len().saturating_sub(MOST_LISTED) as u64;
    lines.extend((more > 0).then(|| Line::of(Role::Dim, format!("… and {}", count(more, "more page")))));
    lines
}

/// What the policy looks at to choose.
fn looked_at(system: &System, policy: Reclaim, page: &Resident<'_>) -> String {
    let accessed = u8::from(page.accessed());
    match policy {
        Reclaim::None | Reclaim::Random => String::new(),
        Reclaim::Fifo => format!("came {}", grouped(page.frame.arrived)),
        Reclaim::Lru => format!("used {}", grouped(page.frame.used)),
        Reclaim::Clock | Reclaim::SecondChance => format!("A={accessed}"),
        Reclaim::Aging => format!("A={accessed} age {:08b}", page.frame.used),
        Reclaim::Optimal => match system.uses_until(page) {
            NEVER => "used never again".into(),
            uses => format!("used in {}", grouped(uses)),
        },
    }
}
