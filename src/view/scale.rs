//! The areas drawn to scale: what is promised beside what is there.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("To scale", vec![])
}
