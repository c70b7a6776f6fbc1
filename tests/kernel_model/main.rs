//! The kernel against a flat model, on random operations of several processes under policies drawn at random: every
//! value that is loaded, every death and every refusal is the model's; the invariants hold after every event; and undoing
//! the events of an operation leads back to the state before it.

mod both;
mod model;
mod moves;
mod pair;
mod world;

use moves::{Move, moves, moves_of_a_large_heap};
use pair::Pair;
use proptest::prelude::*;
use world::{World, worlds};

fn play(world: World, steps: &[Move]) {
    let mut pair = Pair::new(world);
    pair.spawn(0);
    for step in steps {
        if pair.living().is_empty() {
            pair.spawn(1);
        }
        pair.apply(step);
    }
    pair.end();
}

proptest! {
    // Half of the usual 256; PROPTEST_CASES says otherwise.
    #![proptest_config(ProptestConfig::with_cases((ProptestConfig::default().cases / 2).max(1)))]

    #[test]
    fn every_process_sees_its_own_bytes(world in worlds(false), steps in prop::collection::vec(moves(), 1..70)) {
        play(world, &steps);
    }
}

proptest! {
    // 4 of the usual 256, as there is more memory; PROPTEST_CASES says otherwise.
    #![proptest_config(ProptestConfig::with_cases((ProptestConfig::default().cases / 64).max(1)))]

    #[test]
    fn so_it_does_in_a_heap_of_megapages(
        world in worlds(true),
        steps in prop::collection::vec(moves_of_a_large_heap(), 1..30),
    ) {
        play(world, &steps);
    }
}
