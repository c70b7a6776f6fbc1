//! `pagewalk notes`: what the speaker is told, in a second terminal. Where there is no screen, as lines of text.

use super::load::Failure;
use super::output::{has_colours, is_terminal, output};
use super::{config, publish};
use crate::tui;
use crate::tui::speaker::{Piece, Speaker};
use std::io::Write;

/// Follows what is played until the user leaves.
pub fn notes(options: &config::Options) -> Result<(), Failure> {
    let comfort = config::Config::load(options)?.comfort;
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if is_dumb || !is_terminal() {
        return lines();
    }
    let ended = tui::notes(&mut publish::newest, &comfort, has_colours());
    tui::end_as_asked();
    Ok(ended?)
}

/// Writes what is told whenever it changes, until nobody reads any more.
fn lines() -> Result<(), Failure> {
    let mut last = None;
    loop {
        let speaker = publish::newest().map(|published| published.speaker);
        if last.as_ref() != Some(&speaker) {
            let mut out = output();
            for line in told(speaker.as_ref()) {
                writeln!(out, "{}", line)?;
            }
            writeln!(out)?;
            out.flush()?;
            last = Some(speaker);
        }
        std::thread::sleep(tui::notes::LOOK);
    }
}

/// A moment in lines.
fn told(speaker: Option<&Speaker>) -> Vec<String> {
    let Some(speaker) = speaker else { return vec!["Nothing is played.".into()] };
    let place = format!("{} · {} · {}", speaker.title, speaker.part(), speaker.place());
    let say = speaker.saying().map(|say| format!("Say: {say}"));
    let pieces = speaker.pieces().into_iter().map(|Piece { label, text }| format!("{label}: {text}"));
    [place].into_iter().chain(say).chain(pieces).collect()
}
