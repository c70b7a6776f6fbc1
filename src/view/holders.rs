//! Who holds which frames together, and the free list in its order.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("Shared frames", vec![])
}
