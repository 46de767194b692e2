//! Sites of many kinds: rare and frequent releases, short and long lives, good weeks and bad ones. What is true of
//! each is told by a simulation far longer than any that an estimator is given. What never enters: estimators.

use guichet_stats::tries::{THREE_A_DAY, Window};
use rand::{Rng, RngExt as _};
use rand_distr::{Distribution as _, StandardNormal};

use super::{
    parallel,
    simulate::{self, Observed, Path, Polling, Span},
};

/// A way in which a site puts slots online.
pub(crate) struct Site {
    /// Releases per hour, by hour of the week.
    rate: Vec<f64>,
    lasting: Span,
    week_shape: f64,
}

/// Weeks behind the truth.
const TRUTH_WEEKS: u32 = 1500;

impl Site {
    /// One of the mixture: lognormal openings per week (median 3, sigma 1.5) and lives (median of medians 0.4 h, sigma
    /// 0.9), a gamma effect of the week, and releases mostly in office hours, at any hour, or at one to three of them.
    fn draw(rng: &mut impl Rng) -> Self {
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let a_week = 3.0 * (1.5 * normal()).exp();
        let median = 0.4 * (0.9 * normal()).exp();
        let sigma = rng.random_range(0.5..1.5);
        let week_shape = [0.7, 1.5, 4.0, 50.0][rng.random_range(0..4)];
        let office: Vec<usize> = (0..5).flat_map(|day| day * 24 + 8..day * 24 + 18).collect();
        let kind: f64 = rng.random();
        let mut rate = if kind < 0.4 {
            let mut rate = vec![0.05; 168];
            for hour in &office {
                rate[*hour] += 1.0;
            }
            rate
        } else if kind < 0.6 {
            vec![1.0; 168]
        } else {
            let mut rate = vec![0.3 / 168.0; 168];
            let n = rng.random_range(1..4);
            let mut hours: Vec<usize> = Vec::new();
            while hours.len() < n {
                let hour = office[rng.random_range(0..office.len())];
                if !hours.contains(&hour) {
                    hours.push(hour);
                }
            }
            for hour in &hours {
                #[expect(clippy::cast_precision_loss, reason = "one to three")]
                let share = 0.7 / n as f64;
                rate[*hour] += share;
            }
            rate
        };
        let sum: f64 = rate.iter().sum();
        for rate in &mut rate {
            *rate *= a_week / sum;
        }
        Self { rate, lasting: Span::LogNormal(median, sigma), week_shape }
    }

    fn path(&self, rng: &mut impl Rng, hours: f64) -> Path {
        simulate::releases(rng, hours, &self.rate, self.lasting, Some(self.week_shape))
    }

    /// So many weeks of looks every quarter of an hour.
    pub(crate) fn observe(&self, weeks: u32, seed: u64) -> Observed {
        let mut rng = simulate::rng(seed);
        let hours = f64::from(weeks) * 168.0;
        let path = self.path(&mut rng, hours);
        Observed::of(&Polling::every(0.25).look(&mut rng, &path, hours), |_| 4.0)
    }
}

/// The daily success of a person who looks once in each window, at a random moment, from the path itself.
pub(crate) fn true_success(path: &Path, days: u32, windows: &[Window]) -> Vec<f64> {
    (0..days)
        .map(|day| {
            let missed: f64 = windows
                .iter()
                .map(|window| {
                    let [from, to] =
                        [window.from, window.to].map(|hour| 24.0 * f64::from(day) + f64::from(hour));
                    1.0 - path.between(from, to) / (to - from)
                })
                .product();
            1.0 - missed
        })
        .collect()
}

/// The chance to see a slot on one of `days` days in a row, over all starts.
pub(crate) fn chance_within(success: &[f64], days: usize) -> f64 {
    let seen: Vec<f64> =
        success.windows(days).map(|window| 1.0 - window.iter().map(|s| 1.0 - s).product::<f64>()).collect();
    super::mean(&seen)
}

/// A site with what is true of it.
pub(crate) struct Known {
    pub(crate) site: Site,
    /// The chance within 14 days of three looks a day.
    pub(crate) fortnight: f64,
    /// The fewest days with a chance of one half; `None` beyond 180.
    pub(crate) median_days: Option<u32>,
}

/// `n` sites of the mixture.
pub(crate) fn sites(n: usize, seed: u64) -> Vec<Known> {
    parallel(n, |nth| {
        let mut rng = simulate::rng(seed ^ ((nth as u64 + 1) << 32));
        let site = Site::draw(&mut rng);
        let path = site.path(&mut rng, f64::from(TRUTH_WEEKS) * 168.0);
        let success = true_success(&path, TRUTH_WEEKS * 7, &THREE_A_DAY);
        let within = |days: u32| chance_within(&success, days as usize);
        let (mut short, mut enough) = (0, 181);
        while enough - short > 1 {
            let days = u32::midpoint(short, enough);
            if within(days) >= 0.5 {
                enough = days;
            } else {
                short = days;
            }
        }
        Known { fortnight: within(14), median_days: (enough <= 180).then_some(enough), site }
    })
}
