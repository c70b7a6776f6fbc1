//! A file that is written while its story is looked at: a text that can be played takes the place of the one before, at
//! the place where the reader is; one that cannot is told, and what is on the screen stays.
//!
//! Who reads the file is not known here: what came of reading arrives through a channel.

use super::model::{Model, Player};
use crate::scenario::{Problem, Source};
use crate::story::Story;
use std::sync::Arc;

/// What came of reading the file again.
#[derive(Debug)]
pub enum Reload {
    /// It can be played.
    Good(Box<Story>),
    /// It cannot.
    Broken(Broken),
}

/// A text that cannot be played.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The text, and its name.
    pub source: Source,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Whether a story follows a file.
#[derive(Clone, Debug, Default)]
pub enum Live {
    /// It does not.
    #[default]
    No,
    /// It does.
    Follows,
    /// It does, but the newest text cannot be played: this is the run before.
    Broken(Broken),
}

/// Does what came of reading the file. If the reader has left its story, it is seen when it is opened again.
pub fn update(model: &mut Model, reload: Reload) {
    let Some(player) = model.follower() else { return };
    match reload {
        Reload::Broken(broken) => player.live = Live::Broken(broken),
        Reload::Good(story) => replace(player, *story),
    }
}

fn replace(player: &mut Player, mut story: Story) {
    let moment = Place::of(&player.story).map_or(0, |place| place.find_in(&story));
    story.timeline.seek(moment);
    player.story = story;
    player.live = Live::Follows;
    player.answer = None;
    player.search = None;
    player.folded.clear();
    player.message = Some("the file was read again".into());
}

/// Where a reader is, so that it can be found in another version of the scenario.
struct Place {
    /// The chapter, from 0, and its title.
    chapter: (usize, Arc<str>),
    /// The step in it, from 0.
    step: usize,
    /// The event in that, from 0.
    event: usize,
    /// It was the last event of the step: the step was done.
    done: bool,
}

impl Place {
    /// The place at this moment; `None` before the first event.
    fn of(story: &Story) -> Option<Self> {
        let index = story.step_index()?;
        let chapter = story.scenario.steps[index].chapter;
        let first = story.scenario.steps.iter().position(|step| step.chapter == chapter)?;
        let moments = story.timeline.moments(index);
        let moment = story.timeline.moment();
        Some(Self {
            chapter: (chapter, story.scenario.chapters[chapter].title.clone()),
            step: index - first,
            event: moment - moments.start,
            done: moment + 1 == moments.end,
        })
    }

    /// The moment of this place in another story, or the nearest: the chapter with this title, or else with this number;
    /// in it the same step, or else the last; in that the same event, or the last if it was done.
    fn find_in(&self, story: &Story) -> usize {
        let chapters = &story.scenario.chapters;
        let (number, title) = &self.chapter;
        let named = |at: &usize| chapters.get(*at).is_some_and(|chapter| chapter.title == *title);
        let chapter =
            Some(*number).filter(named).or_else(|| (0..chapters.len()).find(named)).unwrap_or(*number);
        let steps = &story.scenario.steps;
        let inside: Vec<usize> = (0..steps.len()).filter(|step| steps[*step].chapter == chapter).collect();
        let Some(step) = inside.get(self.step).or(inside.last()) else {
            return story.chapter_start(chapter);
        };
        let moments = story.timeline.moments(*step);
        let last = moments.len().saturating_sub(1);
        moments.start + if self.done { last } else { self.event.min(last) }
    }
}
