//! What is said of a moment: where it is, what happens, and what the panels mark; and panels in full.

use super::picture::Legend;
use super::words::{cells, closed, prose, sign};
use crate::scenario::stage::PanelName;
use crate::story::Story;
use crate::view::{self, Line, Look, Mark, Panel, Role, Thing, count, place, script};

/// More marked lines of a panel than this are only counted: the panel in full has them.
const MOST_MARKED: usize = 24;

/// Everything that the screen says of a moment without being asked.
pub fn moment(story: &Story, chosen: Option<usize>) -> Vec<String> {
    let mut lines = vec![here(story)];
    lines.extend(happens(story, chosen));
    lines.extend(panels().flat_map(|name| marked(name, story)));
    if story.timeline.moment() == story.timeline.end() {
        lines.push("This is the end.".into());
    }
    lines
}

/// The panels that are looked at for what changed: not the words themselves, and not those that draw what others tell.
fn panels() -> impl Iterator<Item = PanelName> {
    use PanelName::{Charts, Event, Events, Fields, Maps, Scale, Script};
    PanelName::ALL
        .into_iter()
        .filter(|name| !matches!(name, Script | Event | Events | Maps | Scale | Fields | Charts))
}

/// `Chapter 4 of 4, The store that does copy. Step 12 of 14, event 9 of 24: store heap + 8 gets 0x99, worker.`
pub fn here(story: &Story) -> String {
    let (Some(index), Some(step)) = (story.step_index(), story.step()) else {
        let steps = count(story.scenario.steps.len() as u64, "step");
        return format!("At the beginning of {steps}.");
    };
    let moments = story.timeline.moments(index);
    let event = story.timeline.moment() + 1 - moments.start;
    let chapter = match story.chapter() {
        (_, "") => String::new(),
        (number, title) => {
            format!("Chapter {number} of {}, {} ", story.scenario.chapters.len(), closed(title))
        }
    };
    let process = step.op.process.as_ref().map(|process| format!(", {process}")).unwrap_or_default();
    format!(
        "{chapter}Step {} of {}, event {event} of {}: {}{process}.",
        index + 1,
        story.scenario.steps.len(),
        moments.len(),
        prose(&script::words(step))
    )
}

/// What happens and why, the note, the answer to the question before, and the question that is open.
pub fn happens(story: &Story, chosen: Option<usize>) -> Vec<String> {
    let panel = view::happens::answered(story, chosen);
    // Before anything has happened, what is dim tells the screen's keys.
    let is_said = |line: &&Line| story.step_index().is_some() || !line.spans.iter().all(is_dim);
    panel.lines.iter().filter(is_said).map(|line| sentence(&line.to_string())).collect()
}

/// A sentence as it is read. The sign of a verdict would only say it twice.
fn sentence(text: &str) -> String {
    let is_verdict = text.contains(" is right. ") || text.contains(" is not right. ");
    prose(if is_verdict { text.trim_start_matches(['✓', '✗', ' ']) } else { text })
}

/// What becomes of an answer, by its number.
pub fn verdict(story: &Story, number: usize) -> Option<String> {
    let panel = view::happens::answered(story, Some(number));
    panel.lines.last().map(|line| sentence(&line.to_string()))
}

fn is_dim(span: &view::Span) -> bool {
    span.role == Role::Dim
}

/// The lines of a panel that changed, failed or are stale, each with the panel's name and its sign.
fn marked(name: PanelName, story: &Story) -> Vec<String> {
    let panel = view::panel(name, story, &Look::default());
    let told = |line: &Line| {
        let (news, text) = (news(line)?, squeezed(&cells(line)));
        Some(match line.spans.iter().all(is_dim) {
            // A heading has the sign of all that stands under it.
            true => format!("{}, {news}", name.name()),
            false => format!("{}, {news}: {text}", name.name()),
        })
    };
    let mut lines: Vec<String> = panel.lines.iter().filter_map(told).collect();
    let is_row = |line: &Line| matches!(line.thing, Some(Thing::Process(_))) && news(line).is_some();
    if let (PanelName::Processes, Some(heading)) = (name, panel.lines.first())
        && panel.lines.iter().any(is_row)
    {
        lines.insert(0, format!("{}: {}", name.name(), squeezed(&cells(heading))));
    }
    let more = lines.len().saturating_sub(MOST_MARKED);
    lines.truncate(MOST_MARKED);
    lines.extend((more > 0).then(|| format!("{}: {}", name.name(), count(more as u64, "more marked line"))));
    lines
}

/// What is new about a line, or wrong with it. A piece of it can have changed without a sign in front.
fn news(line: &Line) -> Option<&'static str> {
    match line.mark {
        Mark::Changed | Mark::Fault | Mark::Stale => Some(sign(line.mark)),
        Mark::Here | Mark::None => {
            line.spans.iter().any(|span| span.role == Role::Changed).then_some(sign(Mark::Changed))
        }
    }
}

/// Columns mean nothing in a line that stands alone.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All of a panel: its name and title, then its lines, each sign as a word.
pub fn panel(name: PanelName, story: &Story, look: &Look) -> Vec<String> {
    // Where there is little room, a chart has one row.
    let rows = if name == PanelName::Charts { 1 } else { look.rows };
    let panel = view::panel(name, story, &Look { rows, ..look.clone() });
    let told = match name {
        PanelName::Event => happens(story, look.answer),
        PanelName::Charts | PanelName::Maps | PanelName::Scale | PanelName::Swap | PanelName::Cache => {
            let legend = Legend::of(&panel);
            panel.lines.iter().filter_map(|line| drawn(&legend, line)).collect()
        }
        _ => panel.lines.iter().map(|line| full(name, line)).collect(),
    };
    let mut lines = vec![title(name, &panel)];
    lines.extend(told.iter().map(|line| format!("  {line}").trim_end().to_owned()));
    if told.is_empty() {
        lines.push("  nothing to tell".into());
    }
    lines
}

/// All about a thing, by its name; or why none is meant.
pub fn explained(story: &Story, name: &str) -> Vec<String> {
    if name.is_empty() {
        return vec![
            "Name what is to be explained: an address, frame, slot, swap, process or register.".into(),
        ];
    }
    match view::named::thing(story, None, name) {
        Err(why) => vec![format!("{why}.")],
        Ok(thing) => {
            let panel = view::explain::explain(story, thing);
            let lines = panel.lines.iter().map(cells).filter(|line| !line.is_empty());
            [closed(&prose(&panel.title))].into_iter().chain(lines.map(|line| format!("  {line}"))).collect()
        }
    }
}

/// A line of a panel that draws. An empty one says nothing.
fn drawn(legend: &Legend, line: &Line) -> Option<String> {
    let told = legend.told(line)?;
    let text = cells(&Line::of(Role::Plain, told));
    match line.mark {
        _ if text.is_empty() => None,
        Mark::None => Some(text),
        mark => Some(format!("{}: {text}", sign(mark))),
    }
}

/// A line of a panel in full.
fn full(name: PanelName, line: &Line) -> String {
    let is_strong = line.spans.first().is_some_and(|span| span.role == Role::Strong);
    match line.mark {
        // On the screen a chapter stands farther left than its steps, whose numbers begin anew beside it.
        Mark::None if name == PanelName::Script && is_strong => format!("chapter {}", cells(line)),
        Mark::None => cells(line),
        mark => format!("{}: {}", sign(mark), cells(line)),
    }
}

/// `tlb: TLB, 3 of 8 used`.
fn title(name: PanelName, panel: &Panel) -> String {
    format!("{}: {}", name.name(), prose(&panel.title))
}

/// Where this is, and under which settings: what stands at the edges of the screen.
pub fn edges(story: &Story) -> Vec<String> {
    let timeline = &story.timeline;
    let traps = timeline.stops();
    let before = traps.iter().filter(|stop| **stop <= timeline.moment()).count();
    let mut lines = vec![
        closed(&story.scenario.title),
        here(story),
        format!("Settings: {}.", prose(&place::settings(story))),
        format!("Traps but for system calls: {} up to here, {} in the run.", before, traps.len()),
    ];
    lines.extend(place::set(story).map(|set| format!("Not as the scenario is written: {set}.")));
    let breaches = story.breaches();
    if let Some(first) = breaches.first() {
        let broken = breaches.iter().filter(|breach| breach.moment <= timeline.moment()).count();
        let step = timeline.step_at(first.moment).map_or(0, |step| step + 1);
        let total = count(breaches.len() as u64, "invariant");
        lines.push(format!(
            "Broken by the kernel: {total} in the run, first in step {step}; {broken} up to here."
        ));
    }
    lines
}

/// What a scenario is about, before it begins.
pub fn about(story: &Story) -> Vec<String> {
    let scenario = &story.scenario;
    let mut lines = vec![closed(&scenario.title)];
    if let Some(course) = &scenario.course {
        lines.push(format!("{} {}.", course.question, count(course.minutes, "minute")));
        if !course.after.is_empty() {
            lines.push(format!("Know before: {}.", course.after.join(", ")));
        }
    }
    let titles: Vec<String> = scenario
        .chapters
        .iter()
        .enumerate()
        .filter(|(_, chapter)| !chapter.title.is_empty())
        .map(|(at, chapter)| format!("{}, {}", at + 1, chapter.title))
        .collect();
    lines.extend((!titles.is_empty()).then(|| format!("Chapters: {}.", titles.join("; "))));
    lines.push(format!("Settings: {}.", prose(&place::settings(story))));
    lines.extend(place::set(story).map(|set| format!("Not as the scenario is written: {set}.")));
    lines
}
