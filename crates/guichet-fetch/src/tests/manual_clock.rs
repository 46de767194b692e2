//! A clock that jumps to where a sleeper wants it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::clock::{Clock, Sleep};

/// Time passes only when somebody sleeps, and then at once.
#[derive(Debug)]
pub(super) struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that stands at ten o'clock of an ordinary Saturday.
    pub(super) fn start() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-21T10:00:00Z".parse().unwrap())))
    }

    /// Lets `time` pass.
    pub(super) fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Sleep<'_> {
        Box::pin(async move {
            // Others get their turn, as in a real sleep.
            tokio::task::yield_now().await;
            let mut now = self.0.lock().unwrap();
            *now = at.max(*now);
        })
    }

    fn is_accelerated(&self) -> bool {
        false
    }
}
