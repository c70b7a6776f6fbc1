//! The size of a page.

/// Bytes of a page and of a frame. A megapage and the leaves of the direct map are many of them.
pub const PAGE: u64 = 4096;
