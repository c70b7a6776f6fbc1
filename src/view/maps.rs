//! The tables of a process slot by slot.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("Tables", vec![])
}
