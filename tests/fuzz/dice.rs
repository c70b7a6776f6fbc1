//! Choices out of bytes. When no bytes are left, every choice is the first: shorter bytes make a simpler case.

use arbitrary::Unstructured;
use std::ops::RangeInclusive;

/// Bytes that decide.
pub struct Dice<'a>(Unstructured<'a>);

impl<'a> Dice<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number in a range; its start when no bytes are left.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let start = *range.start();
        self.0.int_in_range(range).unwrap_or(start)
    }

    /// A number from 0 that is less than `count`, which is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        self.within(0..=count as u64 - 1) as usize
    }

    /// True once in `count` times, and never when no bytes are left.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// Any number of 64 bits.
    pub fn number(&mut self) -> u64 {
        self.within(0..=u64::MAX)
    }

    /// A number at which something may go wrong: near a power of two, or any.
    pub fn extreme(&mut self) -> u64 {
        match self.below(4) {
            0 => self.within(0..=9),
            1 => (1 << self.below(64)) + self.within(0..=2) - 1,
            2 => u64::MAX - self.within(0..=0x1010),
            _ => self.number(),
        }
    }
}
