//! The guided tour: a scenario that shows the screen. It is offered once, to those who have not seen it, and it can be
//! taken at any time.

use super::model::{Model, Screen};
use crate::scenario::Scenario;
use crate::scenario::library::Builtin;

/// What it is called in the library.
pub const NAME: &str = "tour";

/// What is said where it is offered.
pub const OFFER: &str = "First time here? Enter plays a tour of three minutes";

/// Whether a scenario is the tour as it stands in the library.
fn is_tour(scenario: &Scenario) -> bool {
    Builtin::find(NAME).is_some_and(|tour| scenario.source.text == tour.text)
}

/// Where it is in the gallery.
fn place(model: &Model) -> Option<usize> {
    model.gallery().scenarios().position(is_tour)
}

/// Chooses the tour for a user who has come to the gallery and has not seen it, and what follows it for all others.
pub fn offer(model: &mut Model) {
    if let (Screen::Gallery, Some(tour)) = (&model.screen, place(model)) {
        let seen = model.remembered.tour_seen;
        let gallery = model.gallery_mut();
        gallery.offers_tour = !seen;
        gallery.chosen = if seen { (tour + 1).min(gallery.last()) } else { tour };
    }
}

/// Opens what is chosen in the gallery. A tour that is offered plays by itself.
pub fn open(model: &mut Model) {
    match model.gallery().offers_tour {
        true => play(model),
        false => model.open(),
    }
}

/// Takes the offer away from those who have taken it, or go on without.
pub fn notice(model: &mut Model) {
    let is_there = matches!(model.screen, Screen::Gallery) && place(model) == Some(model.gallery().chosen);
    if model.gallery().offers_tour && !is_there {
        model.gallery_mut().offers_tour = false;
        model.remembered.tour_seen = true;
    }
}

/// Plays the tour from its beginning, wherever one is.
pub fn begin(model: &mut Model) {
    if let Some(tour) = place(model) {
        model.leave();
        model.gallery_mut().chosen = tour;
        play(model);
    }
}

fn play(model: &mut Model) {
    model.open();
    model.remembered.tour_seen = true;
    if let Screen::Play(player) = &mut model.screen {
        player.arrive(0);
        player.message = None;
        player.playing = true;
    }
}
