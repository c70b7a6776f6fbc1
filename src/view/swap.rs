//! The slots of swap, and which pages go next.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("Swap", vec![])
}
