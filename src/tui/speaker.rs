//! What the speaker is told: where a story is, what to say, and what comes next. It is plain data: the screen that the
//! room sees makes it, a second one shows it, and how it gets from one to the other is not known here.

use super::model::{Model, Player};
use crate::scenario::{Ask, Step};
use crate::view::{script, words};
use serde::{Deserialize, Serialize};

/// A moment of a story, for the one who tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The scenario's title.
    pub title: String,
    /// The chapter's number, from 1, and how many there are.
    pub chapter: (usize, usize),
    /// Its title.
    pub chapter_title: String,
    /// What is to be said when it begins.
    pub chapter_say: Option<String>,
    /// The step's number, from 1, and how many there are; 0 before the first event.
    pub step: (usize, usize),
    /// The event's number in its step, from 1, and how many there are; 0 before the first event.
    pub event: (usize, usize),
    /// What is done, in a few words.
    pub done: Option<String>,
    /// What happened, in a sentence.
    pub happened: Option<String>,
    /// The author's words, which the room sees.
    pub note: Option<String>,
    /// What is to be said, which the room does not see.
    pub say: Option<String>,
    /// The question that is open.
    pub question: Option<String>,
    /// The answers that are right, each with its letter and its reason.
    pub right: Vec<String>,
    /// What is done next, in a few words.
    pub next: Option<String>,
    /// What is to be said then.
    pub next_say: Option<String>,
    /// The title of the next chapter.
    pub next_chapter: Option<String>,
    /// The room sees a calm screen.
    pub presenting: bool,
    /// The room sees nothing.
    pub black: bool,
}

/// The same as it is handed over, with its times in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// When the program was started.
    pub started: u64,
    /// When the chapter was entered.
    pub entered: u64,
    /// When this was written.
    pub changed: u64,
    /// What is told.
    pub speaker: Speaker,
}

/// A piece of what the speaker is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is, in a word or two.
    pub label: &'static str,
    /// It.
    pub text: String,
}

impl Speaker {
    /// What the speaker is told of a screen; `None` while no story fills it.
    pub fn of(model: &Model) -> Option<Self> {
        model.player().map(Self::of_player)
    }

    fn of_player(player: &Player) -> Self {
        let story = &player.story;
        let steps = &story.scenario.steps;
        let here = story.step_index();
        let step = story.step();
        let next = steps.get(here.map_or(0, |step| step + 1));
        let (chapter, title) = story.chapter();
        let chapters = &story.scenario.chapters;
        let event = here.map_or((0, 0), |step| {
            let moments = story.timeline.moments(step);
            (story.timeline.moment() + 1 - moments.start, moments.len())
        });
        let coming = story.chapters().find(|at| *at >= chapter);
        let question = story.question();
        let owned = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        Self {
            title: story.scenario.title.clone(),
            chapter: (chapter, chapters.len().max(chapter)),
            chapter_title: title.to_owned(),
            chapter_say: chapters.get(chapter - 1).and_then(|chapter| owned(&chapter.say)),
            step: (here.map_or(0, |step| step + 1), steps.len()),
            event,
            done: step.map(called),
            happened: words::sentence(story),
            note: step.and_then(|step| owned(&step.note)),
            say: step.and_then(|step| owned(&step.say)),
            question: question.map(|ask| ask.question.clone()),
            right: question.map(right).unwrap_or_default(),
            next: next.map(called),
            next_say: next.and_then(|step| owned(&step.say)),
            next_chapter: coming.map(|at| chapters[at].title.to_string()),
            presenting: player.stage.presenting,
            black: player.stage.black,
        }
    }

    /// What is to be said now: the words of the step, or else those of its chapter.
    pub fn saying(&self) -> Option<&str> {
        self.say.as_deref().or(self.chapter_say.as_deref())
    }

    /// `step 6/14 · event 3/21 · presenting`
    pub fn place(&self) -> String {
        let part = |what, (number, of): (usize, usize)| format!("{what} {number}/{of}");
        let event = (self.event.0 > 0).then(|| part("event", self.event));
        let state = [(self.presenting, "presenting"), (self.black, "black")];
        let state = state.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word.to_owned());
        let parts = [Some(part("step", self.step)), event].into_iter().flatten().chain(state);
        parts.collect::<Vec<_>>().join(" · ")
    }

    /// `2/4 fork shares everything`
    pub fn part(&self) -> String {
        let (number, of) = self.chapter;
        format!("{number}/{of} {}", self.chapter_title).trim_end().to_owned()
    }

    /// All but what is to be said now, the most urgent first.
    pub fn pieces(&self) -> Vec<Piece> {
        let chapter = self.chapter_say.as_ref().filter(|_| self.say.is_some() && self.event.0 == 1);
        let pieces = [
            ("Chapter", chapter),
            ("Question", self.question.as_ref()),
            ("Done", self.done.as_ref()),
            ("Happened", self.happened.as_ref()),
            ("Note", self.note.as_ref()),
            ("Next", self.next.as_ref()),
            ("Then say", self.next_say.as_ref()),
            ("Chapter after", self.next_chapter.as_ref()),
        ];
        let mut pieces: Vec<Piece> = pieces
            .into_iter()
            .filter_map(|(label, text)| Some(Piece { label, text: text?.clone() }))
            .collect();
        if let Some(at) = pieces.iter().position(|piece| piece.label == "Question") {
            let right = self.right.iter().map(|text| Piece { label: "Answer", text: text.clone() });
            pieces.splice(at + 1..at + 1, right);
        }
        pieces
    }
}

/// A step in a few words, and whose it is.
fn called(step: &Step) -> String {
    let process = step.op.process.iter().map(|process| format!(" · {process}"));
    script::words(step) + &process.collect::<String>()
}

/// `b: None. All are shared until somebody writes.`
fn right(ask: &Ask) -> Vec<String> {
    let right = ask.lettered().filter(|(_, answer)| answer.right);
    right
        .map(|(letter, answer)| format!("{letter}: {}. {}", answer.text.trim_end_matches('.'), answer.why))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library;
    use crate::story::Story;

    fn player(name: &str) -> Player {
        Player::new(Story::read(library::Builtin::find(name).unwrap().source()).unwrap())
    }

    #[test]
    fn every_moment_of_every_story_can_be_told_and_comes_back_from_json() {
        for builtin in library::ALL {
            let mut player = player(builtin.name);
            for moment in 0..=player.story.timeline.end() {
                player.story.timeline.seek(moment);
                let told = Speaker::of_player(&player);
                let text = serde_json::json!(told).to_string();
                assert_eq!(serde_json::from_str::<Speaker>(&text).unwrap(), told);
                assert_eq!(told.event.0 == 0, moment == 0);
                assert_eq!(told.question.is_some(), player.story.question().is_some());
                assert_eq!(told.next.is_none(), told.step.0 == told.step.1);
            }
        }
    }

    #[test]
    fn the_answer_is_told_before_the_room_has_it() {
        let mut player = player("fork-exec");
        let asked = (0..player.story.timeline.end()).find(|moment| {
            player.story.timeline.seek(*moment);
            player.story.question().is_some_and(|ask| !ask.answers.is_empty())
        });
        assert!(asked.is_some());
        let told = Speaker::of_player(&player);
        let right: Vec<char> = player
            .story
            .question()
            .unwrap()
            .lettered()
            .filter(|(_, a)| a.right)
            .map(|(letter, _)| letter)
            .collect();
        assert_eq!(told.right.iter().map(|text| text.chars().next().unwrap()).collect::<Vec<_>>(), right);
        let labels: Vec<&str> = told.pieces().iter().map(|piece| piece.label).collect();
        let question = labels.iter().position(|label| *label == "Question").unwrap();
        assert_eq!(labels[question + 1], "Answer");
    }
}
