//! The registers of the trap, field by field.

use super::{Look, Panel};
use crate::story::Story;

/// The panel.
pub fn panel(_story: &Story, _look: &Look) -> Panel {
    Panel::new("Trap registers", vec![])
}
