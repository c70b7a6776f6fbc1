//! The words that pseudo-LRU and random replacement remember of a set: a tree of bits, a generator.

use crate::hw::SplitMix64;

/// Follows the tree's bits to the way that gives way. Node 1 is the root, node n has the children 2n and 2n + 1.
pub(super) fn tree_victim(tree: u64, ways: usize) -> usize {
    let mut node = 1;
    while node < ways {
        node = 2 * node + (tree >> node & 1) as usize;
    }
    node - ways
}

/// Turns the bits on the way to `way` so that they point to the other side.
pub(super) fn tree_point_away(mut tree: u64, ways: usize, way: usize) -> u64 {
    let mut node = way + ways;
    while node > 1 {
        let (parent, right) = (node / 2, node % 2);
        tree = if right == 1 { tree & !(1 << parent) } else { tree | 1 << parent };
        node = parent;
    }
    tree
}

/// Where a seed starts: seeds that lie close start far from each other. Never zero.
pub(super) fn mixed(seed: u64) -> u64 {
    SplitMix64(seed).next().max(1)
}

/// The next state of a xorshift generator (Marsaglia, "Xorshift RNGs", 2003); never zero for a state that is not.
pub(super) fn scramble(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ state << 17
}
