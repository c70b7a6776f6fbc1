//! What must hold, and what breaks it.

pub mod audit;
mod check;
pub mod harm;
pub mod invariant;

pub use audit::Audit;
pub use check::Broken;
pub use invariant::Invariant;
