//! Where to in time: what a key or a typed place means in a story, and what is said if there is nothing.

use super::message::Go;
use super::model::Player;
use crate::story::Story;

/// Goes there, or says why not.
pub fn travel(player: &mut Player, go: Go) {
    match target(&player.story, go) {
        Some(moment) if moment != player.story.timeline.moment() => {
            player.arrive(moment);
        }
        _ => player.message = Some(nothing(go).into()),
    }
}

/// Why there is nothing to go to.
fn nothing(go: Go) -> &'static str {
    match go {
        Go::NextStop => "no trap comes after this",
        Go::PreviousStop => "no trap came before this",
        Go::NextChapter => "no chapter comes after this",
        Go::PreviousChapter => "no chapter comes before this",
        Go::NextEvent | Go::NextStep | Go::Last => "this is the end",
        Go::PreviousEvent | Go::PreviousStep | Go::First => "this is the beginning",
    }
}

fn target(story: &Story, go: Go) -> Option<usize> {
    let timeline = &story.timeline;
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
        Go::NextChapter => story.chapters().map(|at| story.chapter_start(at)).find(|moment| *moment > now),
        Go::PreviousChapter => {
            story.chapters().rev().map(|at| story.chapter_start(at)).find(|moment| *moment < now)
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
pub fn moment_named(story: &Story, text: &str) -> Result<usize, String> {
    let timeline = &story.timeline;
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
