//! The guided tour: a scenario that shows the screen. It plays by itself, from its beginning, on the first start and
//! whenever it is asked for.

use super::model::{Model, Screen};
use super::pace::Speed;
use crate::scenario::Scenario;
use crate::scenario::library::Builtin;

/// What it is called in the library.
pub const NAME: &str = "tour";

/// What is said where nobody has asked for it.
pub const WELCOME: &str = "First time here: a tour of two minutes. Esc skips it";

/// Whether a scenario is the tour as it stands in the library.
pub fn is_tour(scenario: &Scenario) -> bool {
    Builtin::find(NAME).is_some_and(|tour| scenario.source.text == tour.text)
}

/// Where it is in the gallery.
fn place(model: &Model) -> Option<usize> {
    model.gallery().scenarios().position(is_tour)
}

/// Plays the tour to a user who has come to the gallery and has not seen it, or who has named it. All others find what
/// follows it in the gallery.
pub fn welcome(model: &mut Model) {
    match model.screen {
        Screen::Play(_) => start(model),
        Screen::Gallery if model.remembered.tour_seen => pass(model),
        Screen::Gallery => {
            begin(model);
            if let Screen::Play(player) = &mut model.screen {
                player.message = Some(WELCOME.into());
            }
        }
    }
}

/// Opens what is chosen in the gallery.
pub fn open(model: &mut Model) {
    model.open();
    start(model);
}

/// Plays the tour, wherever one is.
pub fn begin(model: &mut Model) {
    if let Some(tour) = place(model) {
        model.leave();
        model.gallery_mut().chosen = tour;
        open(model);
    }
}

/// If it is the tour that is on the screen, lets it play from its beginning.
fn start(model: &mut Model) {
    if let Screen::Play(player) = &mut model.screen
        && is_tour(&player.story.scenario)
    {
        model.remembered.tour_seen = true;
        player.arrive(0);
        player.message = None;
        player.speed = Speed::TOUR;
        player.playing = true;
    }
}

/// In the gallery, goes on from the tour to what follows it.
pub fn pass(model: &mut Model) {
    if let Some(tour) = place(model).filter(|tour| *tour == model.gallery().chosen) {
        let gallery = model.gallery_mut();
        gallery.chosen = (tour + 1).min(gallery.last());
    }
}
