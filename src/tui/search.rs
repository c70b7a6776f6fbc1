//! Search: what the panels show now, and what is told at other moments.
//!
//! What is found is a list, made once: first what the panels of the layout show at this moment, from top to bottom, then
//! the moments after this one whose sentence, step, note or chapter has the text, then those before. `n` and `N` go
//! through it, and time may be travelled in between.

use super::arrange;
use super::model::{Model, Player, Screen};
use crate::scenario::stage::PanelName;
use crate::story::Story;
use crate::view::{self, Thing, script, words};

/// More finds than this are not kept.
const MOST: usize = 1_000;

/// What was searched for, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The text, in lower case.
    pub text: String,
    /// Where it was found.
    pub finds: Vec<Find>,
    /// Which of them is shown.
    pub at: usize,
}

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// In a panel.
    Shown(PanelName, Thing),
    /// At another moment.
    Told(usize),
}

/// Whether a text has all of the typed words in it, in capitals or not.
pub fn has_all_words(text: &str, typed: &str) -> bool {
    let text = text.to_lowercase();
    typed.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// Searches, and goes to the first find.
///
/// # Errors
///
/// If nothing is found.
pub fn begin(model: &mut Model, text: &str) -> Result<(), String> {
    let wanted = text.to_lowercase();
    match &mut model.screen {
        Screen::Gallery => in_gallery(model, &wanted, true),
        Screen::Play(player) => {
            let columns = model.size.0;
            let finds = finds(player, &wanted, columns);
            if finds.is_empty() {
                return Err(format!("{text} is nowhere: not in these panels, and not at any moment"));
            }
            player.search = Some(Search { text: wanted, finds, at: 0 });
            show(player);
            Ok(())
        }
    }
}

/// Goes to the next find, or to the one before.
pub fn go_on(model: &mut Model, forward: bool) {
    match &mut model.screen {
        Screen::Gallery => {
            let text = model.searches.last().cloned().unwrap_or_default();
            let _ = in_gallery(model, &text.to_lowercase(), forward);
        }
        Screen::Play(player) => {
            let Some(search) = &mut player.search else {
                player.message = Some("nothing was searched for: / searches".into());
                return;
            };
            let count = search.finds.len();
            search.at = if forward { (search.at + 1) % count } else { (search.at + count - 1) % count };
            show(player);
        }
    }
}

/// Goes to the find that is its turn, and says which it is.
fn show(player: &mut Player) {
    let Some(search) = &player.search else { return };
    let (at, count) = (search.at, search.finds.len());
    let told = search.finds.iter().filter(|find| matches!(find, Find::Told(_))).count();
    let what = match search.finds[at] {
        Find::Shown(panel, thing) => {
            player.focus_on(panel);
            player.selection = Some(thing);
            "shown here"
        }
        Find::Told(moment) => {
            player.selection = None;
            player.visit(moment);
            "told here"
        }
    };
    let of = if count == MOST { format!("{count} or more") } else { count.to_string() };
    player.message = Some(format!("{} of {of}, {what} · {told} at other moments", at + 1));
}

fn finds(player: &mut Player, wanted: &str, columns: u16) -> Vec<Find> {
    let mut finds = vec![];
    for name in arrange::ring(player.layout, columns) {
        let panel = view::panel(name, &player.story, &player.look(0, 0));
        for line in &panel.lines {
            if !line.to_string().to_lowercase().contains(wanted) {
                continue;
            }
            let piece = line.spans.iter().filter(|span| span.text.to_lowercase().contains(wanted));
            let thing = piece.filter_map(|span| span.thing).next().or(line.thing);
            finds.extend(thing.map(|thing| Find::Shown(name, thing)));
        }
    }
    finds.dedup();
    let story = &mut player.story;
    let here = story.timeline.moment();
    for moment in (here + 1..=story.timeline.end()).chain(1..=here) {
        if finds.len() >= MOST {
            break;
        }
        story.timeline.seek(moment);
        if is_told(story, wanted) {
            finds.push(Find::Told(moment));
        }
    }
    story.timeline.seek(here);
    finds.truncate(MOST);
    finds
}

/// Whether the sentence of this moment has the text, or the words of its step, which are told at the first event of it.
fn is_told(story: &Story, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let first =
        story.step_index().is_some_and(|step| story.timeline.moments(step).start == story.timeline.moment());
    let step = story.step().filter(|_| first);
    words::sentence(story).is_some_and(|sentence| has(&sentence))
        || step.is_some_and(|step| {
            has(&script::words(step)) || step.note.as_deref().is_some_and(has) || has(story.chapter().1)
        })
}

/// Chooses the next scenario whose title, name, summary or question has the text.
fn in_gallery(model: &mut Model, wanted: &str, forward: bool) -> Result<(), String> {
    let gallery = model.gallery_mut();
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let scenarios: Vec<_> = gallery.scenarios().collect();
    let found = |at: &usize| {
        let scenario = scenarios[*at];
        let question = scenario.course.as_ref().map_or("", |course| &course.question);
        [&scenario.title, &scenario.source.name, &scenario.summary, question].into_iter().any(has)
    };
    let (count, chosen) = (scenarios.len(), gallery.chosen);
    let step = if forward { 1 } else { count - 1 };
    let next = (1..=count).map(|times| (chosen + times * step) % count).find(found);
    match next {
        Some(at) => gallery.chosen = at,
        None => return Err(format!("no scenario has {wanted} in its words")),
    }
    Ok(())
}
