//! Chance that is the same every time: numbers from a seed, so that a script's truth can be known beforehand.
//! What never enters: entropy, the clock.

/// A stream of numbers from a seed (`SplitMix64`). Our own, because the truth of a script must not change with a
/// library's version.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream for one purpose in one period; streams of different purposes or periods share nothing.
    pub(crate) fn new(seed: u64, purpose: u64, period: i64) -> Self {
        let mut mixed = Self(seed);
        for part in [purpose, period.cast_unsigned()] {
            mixed = Self(mixed.next() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        }
        mixed
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `[0, 1)`.
    pub(crate) fn share(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float holds")]
        let bits = (self.next() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// A waiting time with this mean (exponential).
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.share()).ln()
    }

    /// How many events happen where `mean` are expected (Poisson).
    pub(crate) fn count(&mut self, mean: f64) -> u32 {
        let mut passed = self.wait(1.0);
        let mut count = 0;
        while passed < mean {
            count += 1;
            passed += self.wait(1.0);
        }
        count
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let width = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.next() % width).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_period_others() {
        let draw = |period| {
            let mut chance = Chance::new(7, 1, period);
            [chance.next(), chance.next()]
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn numbers_are_those_that_others_publish_for_the_same_seed() {
        let mut chance = Chance(1_234_567);
        assert_eq!([chance.next(), chance.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn counts_and_waits_have_their_means() {
        let (mut count, mut wait) = (0, 0.0);
        for period in 0..4000 {
            let mut chance = Chance::new(11, 2, period);
            count += chance.count(2.5);
            wait += chance.wait(40.0);
        }
        assert!((f64::from(count) / 4000.0 - 2.5).abs() < 0.1, "{count}");
        assert!((wait / 4000.0 - 40.0).abs() < 2.5, "{wait}");
    }
}
