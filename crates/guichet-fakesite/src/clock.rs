//! Simulated time: the only clock of this crate, and it only knows what its caller lets it read.
//! What never enters: a call to the system clock.

use std::time::Duration as RealDuration;

use chrono::Duration;
use guichet_model::Instant;

/// Where simulated time comes from: `sim = sim_start + speed * (real - real_start)`. With speed 1 and equal starts
/// it is real time.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedClock {
    real_start: Instant,
    sim_start: Instant,
    speed: f64,
    read: fn() -> Instant,
}

impl SimulatedClock {
    /// A clock that is at `sim_start` when `read` says `real_start`, and runs `speed` times as fast. A speed that is
    /// not a positive, finite number counts as 1.
    pub fn new(real_start: Instant, sim_start: Instant, speed: f64, read: fn() -> Instant) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { real_start, sim_start, speed, read }
    }

    /// The simulated time now.
    pub fn now(&self) -> Instant {
        self.at(self.real_now())
    }

    /// The real time now, as the caller's clock tells it.
    pub fn real_now(&self) -> Instant {
        (self.read)()
    }

    /// The simulated time at a real time.
    pub fn at(&self, real: Instant) -> Instant {
        // In microseconds: at high speeds a real millisecond is several simulated seconds.
        let elapsed = (real - self.real_start).num_microseconds().unwrap_or(i64::MAX);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "microseconds of a simulation fit 53 bits, and a float beyond i64 saturates"
        )]
        let simulated = (elapsed as f64 * self.speed).round() as i64;
        self.sim_start.checked_add_signed(Duration::microseconds(simulated)).unwrap_or(Instant::MAX_UTC)
    }

    /// Where simulated time began.
    pub fn sim_start(&self) -> Instant {
        self.sim_start
    }

    /// How long a simulated span lasts in reality; at least 5 ms, so that a slow page stays slow at any speed.
    pub fn real_span(&self, simulated: Duration) -> RealDuration {
        let least = RealDuration::from_millis(5);
        let seconds = simulated.as_seconds_f64().max(0.0) / self.speed;
        RealDuration::try_from_secs_f64(seconds).map_or(least, |span| span.max(least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn half_a_minute_in() -> Instant {
        at("2026-01-01T00:00:30Z")
    }

    #[test]
    fn an_hour_a_second_is_thirty_hours_after_half_a_minute() {
        let clock = SimulatedClock::new(
            at("2026-01-01T00:00:00Z"),
            at("2026-03-02T00:00:00Z"),
            3600.0,
            half_a_minute_in,
        );
        assert_eq!(clock.now(), at("2026-03-03T06:00:00Z"));
        assert_eq!(clock.real_span(Duration::hours(2)), RealDuration::from_secs(2));
        assert_eq!(clock.real_span(Duration::seconds(1)), RealDuration::from_millis(5));
    }

    #[test]
    fn moments_closer_than_a_real_millisecond_are_apart_in_the_simulation() {
        let start = at("2026-01-01T00:00:00Z");
        let clock = SimulatedClock::new(start, start, 3600.0, half_a_minute_in);
        let later = clock.at(at("2026-01-01T00:00:01.000900Z")) - clock.at(at("2026-01-01T00:00:01.000100Z"));
        assert_eq!(later, Duration::milliseconds(2880));
    }

    #[test]
    fn a_senseless_speed_is_real_time() {
        for speed in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            let start = at("2026-01-01T00:00:00Z");
            let clock = SimulatedClock::new(start, start, speed, half_a_minute_in);
            assert_eq!(clock.now(), half_a_minute_in());
        }
    }
}
