//! Floor 5, what leaves the program: text, JSON lines, reports and pictures. All of it is computed from what the screen uses.

pub mod json;
pub mod jsonl;
pub mod junit;
pub mod picture;
pub mod transcript;
pub mod xml;
