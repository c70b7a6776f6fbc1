//! `show`: one moment of a run, as a picture or as data.

use super::config::Looks;
use super::load::{self, Failure};
use super::output::output;
use super::{Moment, Picture, Settings};
use crate::export::{json, picture};
use crate::scenario::stage::Layout;
use crate::story::Story;
use crate::view::state;
use std::io::Write;

/// Writes one moment.
pub fn show(
    name: &str,
    settings: &Settings,
    moment: &Moment,
    format: Picture,
    size: (u16, u16),
    looks: &Looks,
    layout: Option<Layout>,
) -> Result<(), Failure> {
    load::with(load::story(name, settings)?, |mut story| {
        let at = find(&story, moment)?;
        story.timeline.seek(at);
        let mut out = output().coloured(matches!(format, Picture::Ansi));
        if let Picture::Json = format {
            json::line(&state::of(&story), &mut out)?;
            return Ok(out.flush()?);
        }
        let screen = crate::tui::picture(story, size, layout, looks.theme.unwrap_or_default(), looks.ascii);
        match format {
            Picture::Svg => picture::svg(&screen, &mut out)?,
            Picture::Ansi => picture::ansi(&screen, &mut out)?,
            _ => picture::text(&screen, &mut out)?,
        }
        Ok(out.flush()?)
    })
}

fn find(story: &Story, moment: &Moment) -> Result<usize, Failure> {
    let timeline = &story.timeline;
    let steps = timeline.steps().len();
    if let Some(step) = moment.step.filter(|step| *step > steps) {
        return Err(Failure::Use(format!("there is no step {step}: the scenario has {steps}")));
    }
    let start = match (moment.step, moment.event) {
        (Some(step), _) => timeline.after_steps(step),
        (None, Some(_)) => 0,
        (None, None) => timeline.end(),
    };
    let last = moment.step.map_or(timeline.end(), |step| timeline.after_steps(step.saturating_add(1)));
    let event = moment.event.unwrap_or_default();
    if event > last - start {
        let whose = match moment.step {
            None => "the run".into(),
            Some(step) if step == steps => "the time after the last step".into(),
            Some(0) => "step 1".into(),
            Some(step) => format!("after step {step} comes step {}, which", step + 1),
        };
        let events = crate::view::count((last - start) as u64, "event");
        return Err(Failure::Use(format!("there is no event {event}: {whose} has {events}")));
    }
    Ok(start + event)
}

/// Reads `120x40`.
pub fn parse_size(text: &str) -> Result<(u16, u16), String> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('x').filter(|(columns, rows)| is_number(columns) && is_number(rows)) {
        Some((columns, rows)) => match (columns.parse(), rows.parse()) {
            (Ok(columns @ 20..=500), Ok(rows @ 5..=300)) => Ok((columns, rows)),
            _ => Err("a screen has 20 to 500 columns and 5 to 300 rows".into()),
        },
        None => Err("write it as COLUMNSxROWS, like 120x40".into()),
    }
}

/// Reads a number of steps or events.
pub fn parse_count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a number, like 3".into())
}
