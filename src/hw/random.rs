//! Numbers that look random and are the same for the same seed, on every machine.

/// The generator SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), with
/// the constants of its variant 13 of the mixing function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitMix64(
    /// Its state: the seed at first.
    pub u64,
);

impl SplitMix64 {
    /// The next number.
    #[expect(clippy::should_implement_trait, reason = "it never ends, and is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below another, which is not 0: each is as likely as any other.
    pub fn below(&mut self, bound: u64) -> u64 {
        // So many of the lowest values have no equal share of the remainders.
        let uneven = bound.wrapping_neg() % bound;
        loop {
            let value = self.next();
            if value >= uneven {
                return value % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_one_that_is_named() {
        let mut generator = SplitMix64(1_234_567);
        let first: Vec<u64> = (0..5).map(|_| generator.next()).collect();
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(first, published);
    }
}
