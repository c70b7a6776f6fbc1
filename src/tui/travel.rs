//! Travel in time, by a key.

use super::message::Go;
use super::model::Player;

/// Goes there, or says why not.
pub fn travel(player: &mut Player, go: Go) {
    match player.story.target(go) {
        Some(moment) if moment != player.story.timeline.moment() => {
            player.arrive(moment);
        }
        _ => player.message = Some(go.nothing().into()),
    }
}
