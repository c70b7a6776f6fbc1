//! The privilege that a hart runs at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The privilege a hart runs at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Privilege {
    /// User mode.
    #[serde(rename = "U")]
    User,
    /// Supervisor mode.
    #[serde(rename = "S")]
    Supervisor,
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "U",
            Self::Supervisor => "S",
        })
    }
}
