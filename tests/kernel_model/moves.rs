//! What is done, drawn at random.

use super::model::Want;
use proptest::prelude::*;

/// An operation that is not tied to a state yet: numbers pick among what is there when it is carried out.
#[derive(Clone, Debug)]
pub enum Move {
    Spawn { program: usize },
    Fork { who: usize },
    Vfork { who: usize },
    Exec { who: usize, program: usize },
    Exit { who: usize },
    Sbrk { who: usize, bytes: i64 },
    Mmap { who: usize, file: Option<usize>, shared: bool, prot: usize, first: u64, pages: u64 },
    Munmap { who: usize, mapping: usize, from: u64, pages: u64 },
    Msync { who: usize, mapping: usize },
    Access { who: usize, want: Want, place: Place, width: usize, value: u64 },
    Push { who: usize, bytes: u64, value: u64 },
    Read { who: usize, file: usize, offset: u64, place: Place, bytes: u64 },
    Write { who: usize, file: usize, offset: u64, place: Place, bytes: u64 },
    Tick,
}

/// Where an access goes.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Into a region that allows it, so far into it (in 1/65536).
    In { region: usize, at: u64 },
    /// Into any region: it may kill.
    Any { region: usize, at: u64 },
    /// Into the heap, if there is one.
    Heap { at: u64 },
    /// Somewhere that is mostly nothing.
    Wild { which: usize },
    /// Below `sp`.
    Stack { below: u64 },
}

pub fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        90 => (any::<usize>(), 0..65536u64).prop_map(|(region, at)| Place::In { region, at }),
        1 => (any::<usize>(), 0..65536u64).prop_map(|(region, at)| Place::Any { region, at }),
        1 => (0..9usize).prop_map(|which| Place::Wild { which }),
        2 => (0..6000u64).prop_map(|below| Place::Stack { below }),
    ]
}

pub fn moves() -> impl Strategy<Value = Move> {
    let who = any::<usize>;
    let want = prop_oneof![4 => Just(Want::Load), 5 => Just(Want::Store), 1 => Just(Want::Fetch)];
    prop_oneof![
        1 => (0..2usize).prop_map(|program| Move::Spawn { program }),
        3 => who().prop_map(|who| Move::Fork { who }),
        1 => who().prop_map(|who| Move::Vfork { who }),
        1 => (who(), 0..2usize).prop_map(|(who, program)| Move::Exec { who, program }),
        1 => who().prop_map(|who| Move::Exit { who }),
        3 => (who(), -20000..30000i64).prop_map(|(who, bytes)| Move::Sbrk { who, bytes }),
        3 => (who(), prop::option::of(0..2usize), any::<bool>(), 0..4usize, 0..3u64, 1..5u64).prop_map(
            |(who, file, shared, prot, first, pages)| Move::Mmap { who, file, shared, prot, first, pages }
        ),
        2 => (who(), any::<usize>(), 0..4u64, 1..4u64)
            .prop_map(|(who, mapping, from, pages)| Move::Munmap { who, mapping, from, pages }),
        1 => (who(), any::<usize>()).prop_map(|(who, mapping)| Move::Msync { who, mapping }),
        24 => (who(), want, place(), 0..4usize, any::<u64>()).prop_map(
            |(who, want, place, width, value)| Move::Access { who, want, place, width, value }
        ),
        1 => (who(), 8..2000u64, any::<u64>()).prop_map(|(who, bytes, value)| Move::Push { who, bytes, value }),
        3 => (who(), 0..2usize, 0..14000u64, place(), 0..9000u64).prop_map(
            |(who, file, offset, place, bytes)| Move::Read { who, file, offset, place, bytes }
        ),
        3 => (who(), 0..2usize, 0..14000u64, place(), 0..9000u64).prop_map(
            |(who, file, offset, place, bytes)| Move::Write { who, file, offset, place, bytes }
        ),
        1 => Just(Move::Tick),
    ]
}

/// What a heap of megapages may live through: little else, and nothing that kills.
pub fn moves_of_a_large_heap() -> impl Strategy<Value = Move> {
    let who = any::<usize>;
    let want = prop_oneof![1 => Just(Want::Load), 2 => Just(Want::Store)];
    let heap = || (0..65536u64).prop_map(|at| Place::Heap { at });
    prop_oneof![
        4 => who().prop_map(|who| Move::Fork { who }),
        1 => who().prop_map(|who| Move::Vfork { who }),
        1 => (who(), 0..2usize).prop_map(|(who, program)| Move::Exec { who, program }),
        2 => who().prop_map(|who| Move::Exit { who }),
        3 => (who(), -1_000_000..1_000_000i64).prop_map(|(who, bytes)| Move::Sbrk { who, bytes }),
        12 => (who(), want, heap(), 0..4usize, any::<u64>()).prop_map(
            |(who, want, place, width, value)| Move::Access { who, want, place, width, value }
        ),
        2 => (who(), 0..2usize, 0..14000u64, heap(), 0..9000u64).prop_map(
            |(who, file, offset, place, bytes)| Move::Read { who, file, offset, place, bytes }
        ),
        2 => (who(), 0..2usize, 0..14000u64, heap(), 0..9000u64).prop_map(
            |(who, file, offset, place, bytes)| Move::Write { who, file, offset, place, bytes }
        ),
    ]
}
