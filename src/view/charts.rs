//! The counters over time.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("Over time", vec![])
}
