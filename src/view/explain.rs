//! The full decoding of a thing.

use super::{Panel, Thing};
use crate::story::Story;

/// All about a thing at this moment.
pub fn explain(_story: &Story, thing: Thing) -> Panel {
    Panel::new(format!("{thing:?}"), vec![])
}
