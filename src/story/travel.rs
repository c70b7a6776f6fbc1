//! Where to in time: what a key or a typed place means in a story, and what is said if there is nothing.

use super::Story;

/// Where to in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// One event on.
    NextEvent,
    /// One event back.
    PreviousEvent,
    /// To the end of this step, or of the next.
    NextStep,
    /// To the end of the step before.
    PreviousStep,
    /// To the next trap.
    NextStop,
    /// To the trap before.
    PreviousStop,
    /// To the beginning of the next chapter.
    NextChapter,
    /// To the beginning of this chapter, or of the one before.
    PreviousChapter,
    /// To the beginning.
    First,
    /// To the end.
    Last,
}

impl Go {
    /// Why there is nothing to go to.
    pub fn nothing(self) -> &'static str {
        match self {
            Self::NextStop => "no trap comes after this",
            Self::PreviousStop => "no trap came before this",
            Self::NextChapter => "no chapter comes after this",
            Self::PreviousChapter => "no chapter comes before this",
            Self::NextEvent | Self::NextStep | Self::Last => "this is the end",
            Self::PreviousEvent | Self::PreviousStep | Self::First => "this is the beginning",
        }
    }
}

impl Story {
    /// The moment that is gone to from this one; `None` if there is none.
    pub fn target(&self, go: Go) -> Option<usize> {
        let timeline = &self.timeline;
        let now = timeline.moment();
        match go {
            Go::NextEvent => Some(now + 1).filter(|moment| *moment <= timeline.end()),
            Go::PreviousEvent => now.checked_sub(1),
            Go::NextStep if now == timeline.end() => None,
            // The end of the step that the next event belongs to.
            Go::NextStep => timeline.step_at(now + 1).map(|step| timeline.after_steps(step + 1)),
            Go::PreviousStep => timeline.step_at(now).map(|step| timeline.after_steps(step)),
            Go::NextStop => timeline.next_stop(now),
            Go::PreviousStop => timeline.previous_stop(now),
            Go::NextChapter => self.chapters().map(|at| self.chapter_start(at)).find(|moment| *moment > now),
            Go::PreviousChapter => {
                self.chapters().rev().map(|at| self.chapter_start(at)).find(|moment| *moment < now)
            }
            Go::First => Some(0),
            Go::Last => Some(timeline.end()),
        }
    }

    /// `7` is the end of step 7, `7.3` the third event of it, `7.0` its beginning; `0` is the beginning of all.
    ///
    /// # Errors
    ///
    /// Why there is no such moment.
    pub fn moment_named(&self, text: &str) -> Result<usize, String> {
        let timeline = &self.timeline;
        let count = timeline.steps().len();
        let (step, event) = match text.trim().split_once('.') {
            Some((step, event)) => (step, Some(event)),
            None => (text.trim(), None),
        };
        let number = |text: &str| {
            text.parse::<usize>().map_err(|_| "type a step, like 7, or an event of it, like 7.3".to_owned())
        };
        let step = number(step)?;
        if step > count {
            return Err(format!("there is no step {step}: the last is {count}"));
        }
        let Some(event) = event.map(number).transpose()? else { return Ok(timeline.after_steps(step)) };
        let Some(before) = step.checked_sub(1) else {
            return if event == 0 { Ok(0) } else { Err("before step 1 is no event".into()) };
        };
        let events = timeline.moments(before).len();
        if event > events {
            return Err(format!("step {step} has events 1 to {events}"));
        }
        Ok(timeline.after_steps(before) + event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::library::Builtin;

    fn story() -> Story {
        Story::read(Builtin::find("fork-exec").unwrap().source()).unwrap()
    }

    #[test]
    fn every_way_there_has_an_end_and_says_which() {
        use Go::{First, Last, NextChapter, NextEvent, NextStep, NextStop};
        use Go::{PreviousChapter, PreviousEvent, PreviousStep, PreviousStop};
        let mut story = story();
        let forward = [NextEvent, NextStep, NextStop, NextChapter];
        for (go, back) in
            forward.into_iter().zip([PreviousEvent, PreviousStep, PreviousStop, PreviousChapter])
        {
            for (go, forward) in [(go, true), (back, false)] {
                let mut moment = story.timeline.moment();
                while let Some(next) = story.target(go) {
                    assert_eq!(next > moment, forward, "{go:?} from {moment}");
                    moment = next;
                    story.timeline.seek(moment);
                }
                assert!(!go.nothing().is_empty());
            }
        }
        assert_eq!([First, Last].map(|go| story.target(go)), [Some(0), Some(story.timeline.end())]);
    }

    #[test]
    fn a_moment_is_named_by_its_step_and_event() {
        let story = story();
        let after = |steps| story.timeline.after_steps(steps);
        for (text, moment) in
            [("0", 0), ("0.0", 0), (" 7 ", after(7)), ("7.0", after(6)), ("7.3", after(6) + 3)]
        {
            assert_eq!(story.moment_named(text), Ok(moment), "{text}");
        }
        for text in ["", "x", "7.", "7.x", "-1", "7.3.1", "99", "0.1", "7.9999", "99999999999999999999"] {
            assert!(story.moment_named(text).is_err(), "{text}");
        }
    }
}
