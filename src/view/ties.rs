//! What is tied to a thing.

use super::{Line, Thing};
use crate::story::Story;

/// What is tied to a thing, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The other appearances.
    pub things: Vec<Thing>,
    /// How they are tied, in words.
    pub label: Line,
}

/// What is tied to a thing at this moment.
pub fn ties(_story: &Story, _thing: Thing) -> Ties {
    Ties::default()
}
