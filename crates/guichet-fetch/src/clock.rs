//! The edge where time comes in: nothing else in the workspace reads the real clock. What never enters: decisions
//! about when something is due.

use std::{fmt::Debug, future::Future, pin::Pin, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

/// A sleep in progress.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// The longest uninterrupted sleep: a machine that was suspended, or whose clock was set, notices within it.
const LONGEST_NAP: Duration = Duration::from_mins(10);

/// Where the time comes from.
pub trait Clock: Debug + Send + Sync {
    /// The time now, UTC.
    fn now(&self) -> DateTime<Utc>;

    /// Returns once `now() >= at`; at once when that is already so.
    fn sleep_until(&self, at: DateTime<Utc>) -> Sleep<'_>;

    /// Whether time runs faster than the world's: then nothing but this machine may be reached.
    fn is_accelerated(&self) -> bool;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge where the clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Sleep<'_> {
        Box::pin(async move {
            while let Some(left) = time_left(self.now(), at) {
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            }
        })
    }

    fn is_accelerated(&self) -> bool {
        false
    }
}

/// A clock for demonstrations and tests against this machine: `sim_start + speed * (real - real_start)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcceleratedClock {
    /// The real time at which the simulated time is `sim_start`; before it, simulated time stands still.
    pub real_start: DateTime<Utc>,
    /// The simulated time it starts from.
    pub sim_start: DateTime<Utc>,
    /// Simulated seconds per real second; a value under 1, or no number, counts as 1.
    pub speed: f64,
}

impl AcceleratedClock {
    /// `f64::max` takes the other operand of a NaN; an infinite speed would leave no time to sleep.
    fn sane_speed(&self) -> f64 {
        self.speed.clamp(1.0, f64::from(u32::MAX)).max(1.0)
    }

    /// The simulated time at the real time `real`; the last representable instant when it lies beyond.
    fn at(&self, real: DateTime<Utc>) -> DateTime<Utc> {
        let elapsed = (real - self.real_start).to_std().unwrap_or_default();
        Duration::try_from_secs_f64(elapsed.as_secs_f64() * self.sane_speed())
            .ok()
            .and_then(|simulated| TimeDelta::from_std(simulated).ok())
            .and_then(|simulated| self.sim_start.checked_add_signed(simulated))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl Clock for AcceleratedClock {
    fn now(&self) -> DateTime<Utc> {
        self.at(SystemClock.now())
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Sleep<'_> {
        Box::pin(async move {
            while let Some(left) = time_left(self.now(), at) {
                tokio::time::sleep(left.div_f64(self.sane_speed()).min(LONGEST_NAP)).await;
            }
        })
    }

    fn is_accelerated(&self) -> bool {
        true
    }
}

/// The time from `now` to `at`, unless it has come.
fn time_left(now: DateTime<Utc>, at: DateTime<Utc>) -> Option<Duration> {
    (at - now).to_std().ok().filter(|left| !left.is_zero())
}

/// Measures how long something took in the real world, whatever clock is in use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(tokio::time::Instant);

impl Stopwatch {
    /// Starts measuring.
    pub(crate) fn start() -> Self {
        Self(tokio::time::Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn accelerated(speed: f64) -> AcceleratedClock {
        AcceleratedClock {
            real_start: instant("2026-01-01T00:00:00Z"),
            sim_start: instant("2030-06-01T00:00:00Z"),
            speed,
        }
    }

    #[test]
    fn simulated_time_runs_at_its_speed_from_its_start() {
        let clock = accelerated(3600.0);
        for (real, simulated) in [
            ("2026-01-01T00:00:00Z", "2030-06-01T00:00:00Z"),
            ("2026-01-01T00:00:01Z", "2030-06-01T01:00:00Z"),
            ("2026-01-01T00:00:24Z", "2030-06-02T00:00:00Z"),
            ("2025-12-31T23:59:00Z", "2030-06-01T00:00:00Z"),
        ] {
            assert_eq!(clock.at(instant(real)), instant(simulated), "real {real}");
        }
    }

    #[test]
    fn a_speed_that_makes_no_sense_counts_as_real_time() {
        for speed in [0.0, -5.0, 0.5, f64::NAN, f64::NEG_INFINITY] {
            let clock = accelerated(speed);
            assert_eq!(
                clock.at(instant("2026-01-01T00:01:00Z")),
                instant("2030-06-01T00:01:00Z"),
                "speed {speed}"
            );
        }
    }

    #[test]
    fn a_time_too_far_to_write_down_is_the_last_one_and_no_panic() {
        assert_eq!(accelerated(f64::INFINITY).at(instant("9999-01-01T00:00:00Z")), DateTime::<Utc>::MAX_UTC);
    }

    #[tokio::test]
    async fn an_accelerated_minute_passes_in_a_moment() {
        let clock = AcceleratedClock {
            real_start: SystemClock.now(),
            sim_start: instant("2030-06-01T00:00:00Z"),
            speed: 6000.0,
        };
        let due = clock.now() + TimeDelta::seconds(60);
        let watch = Stopwatch::start();
        clock.sleep_until(due).await;
        assert!(clock.now() >= due);
        assert!(watch.elapsed() < Duration::from_secs(5), "took {:?}", watch.elapsed());
    }

    #[tokio::test]
    async fn a_system_sleep_ends_at_its_time_and_not_before() {
        let due = SystemClock.now() + TimeDelta::milliseconds(20);
        SystemClock.sleep_until(due).await;
        assert!(SystemClock.now() >= due);
        SystemClock.sleep_until(due - TimeDelta::days(400)).await;
    }
}
