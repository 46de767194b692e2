//! Tries: what a person would have seen who looked at certain hours of each day. What never enters: forecasts,
//! intervals.

use std::{ops::Range, slice};

use chrono::{Days, NaiveDate};

use crate::evidence::Evidence;

/// A window of a day in which a person looks once, at a random moment: civil hours, `from` included, `to` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// 0 to 23.
    pub from: u8,
    /// 1 to 24.
    pub to: u8,
}

/// Three looks a day in service hours: what classes and chances are about unless somebody asks otherwise.
pub const THREE_A_DAY: [Window; 3] =
    [Window { from: 9, to: 10 }, Window { from: 12, to: 13 }, Window { from: 15, to: 16 }];

/// For each civil date from the first on: the chance that a person who looked once in each window saw a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct DailySuccess {
    /// The first date.
    pub from: NaiveDate,
    /// `s` of each date; `None` where too few windows were observed.
    pub s: Vec<Option<f64>>,
    /// The chance of each window on an average date.
    pub window_means: Vec<f64>,
    /// What `s` is made of: the share of open in each window of the first date, then of the second, and so on.
    pub shares: Vec<Option<f64>>,
}

/// The daily success of looking once in each of `windows`; `None` where no page ever answered in one of them, for
/// then nobody knows what a look in it would find.
///
/// Per date D and window w, f = Σ(weight open)/Σ(weight open, full or shut): a look at a page where booking is shut
/// finds nothing. s = 1 − Π(1 − f), which is unbiased for a person who looks at a random moment of each window when
/// looks are made at random moments. A date counts when at least two thirds of its windows were answered; its other
/// windows take their mean over all dates. Share of time, no units; minimum data: each window answered once.
pub fn daily_success(evidence: &Evidence<'_>, windows: &[Window]) -> Option<DailySuccess> {
    let answered = || evidence.hours.iter().filter(|hour| hour.counts.told() + hour.counts.shut > 0);
    let dates = || answered().map(|hour| hour.at.date);
    let (from, to) = (dates().min()?, dates().max()?);
    let place = |date: NaiveDate| usize::try_from((date - from).num_days()).unwrap_or(0);

    // Weight of open and of all answers, by date and window.
    let mut sums = vec![(0.0, 0.0); (place(to) + 1) * windows.len()];
    for hour in answered() {
        let of_date = sums.iter_mut().skip(place(hour.at.date) * windows.len());
        for ((open, all), window) in of_date.zip(windows) {
            if (window.from..window.to).contains(&hour.at.hour) {
                let counts = &hour.counts;
                *open += as_f64(counts.open_ms);
                *all += as_f64(counts.open_ms) + as_f64(counts.full_ms) + as_f64(counts.shut_ms);
            }
        }
    }
    let share = |(open, all): (f64, f64)| (all > 0.0).then(|| (open / all).clamp(0.0, 1.0));
    DailySuccess::of(from, windows.len(), sums.into_iter().map(share).collect())
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit 53 bits")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

impl DailySuccess {
    /// Of the shares of so many windows a date; `None` where a window was never answered, or no date has enough of them.
    pub(crate) fn of(from: NaiveDate, windows: usize, shares: Vec<Option<f64>>) -> Option<Self> {
        let mean_of = |window: usize| {
            let of_window = shares.iter().skip(window).step_by(windows).flatten();
            let (sum, n) = of_window.fold((0.0, 0.0), |(sum, n), share| (sum + share, n + 1.0));
            (n > 0.0).then(|| sum / n)
        };
        let window_means = (0..windows).map(mean_of).collect::<Option<Vec<f64>>>()?;
        let s: Vec<Option<f64>> = shares
            .chunks(windows.max(1))
            .map(|of_date| {
                let known = of_date.iter().flatten().count();
                let missed =
                    of_date.iter().zip(&window_means).map(|(share, mean)| 1.0 - share.unwrap_or(*mean));
                (3 * known >= 2 * windows).then(|| 1.0 - missed.product::<f64>())
            })
            .collect();
        s.iter().any(Option::is_some).then_some(Self { from, s, window_means, shares })
    }

    /// What is known when nothing but `days` (places in the row) was observed: windows that were not answered take
    /// their mean over these dates alone. `None` where none of them has a daily success.
    pub fn within(&self, days: Range<usize>) -> Option<Self> {
        let windows = self.window_means.len();
        let shares = self.shares.get(days.start.checked_mul(windows)?..days.end.checked_mul(windows)?)?;
        let from = self.from.checked_add_days(Days::new(u64::try_from(days.start).ok()?))?;
        Self::of(from, windows, shares.to_vec())
    }

    /// Dates with a daily success, with their place in the row.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> {
        self.s.iter().enumerate().filter_map(|(day, s)| Some((day, (*s)?)))
    }

    /// The mean daily success, each date weighing `weight(days before the last)`; `None` without any.
    pub fn mean(&self, weight: impl Fn(usize) -> f64) -> Option<f64> {
        let last = self.s.len().saturating_sub(1);
        let (sum, all) = self.known().fold((0.0, 0.0), |(sum, all), (day, s)| {
            let weight = weight(last - day);
            (sum + weight * s, all + weight)
        });
        (all > 0.0).then(|| sum / all)
    }

    /// ρ, the likeness of days within a horizon ([`likeness`]) around this desk's own mean.
    pub fn likeness(&self, horizon_days: u32, floor: f64) -> f64 {
        likeness(slice::from_ref(self), horizon_days, floor)
    }
}

/// ρ, the likeness of days within a horizon: `Σ_{l<d} (d−l)·C_l / (s̄(1−s̄))`, between `floor` and 0.9, where `C_l` is
/// the covariance of days l apart averaged over pairs with weights d − l (the reference's clustering between days,
/// after Weinberg & Gladen 1986). Of several desks, pairs are of one desk and around the mean of all, so that desks
/// that differ count as days that are alike. `floor` without any pair.
pub fn likeness(desks: &[DailySuccess], horizon_days: u32, floor: f64) -> f64 {
    let known = || desks.iter().flat_map(DailySuccess::known);
    let (sum, n) = known().fold((0.0, 0.0), |(sum, n), (_, s)| (sum + s, n + 1.0));
    let mean = if n > 0.0 { sum / n } else { return floor };
    let (mut covariance, mut pairs) = (0.0, 0.0);
    for desk in desks {
        for lag in 1..horizon_days {
            let weight = f64::from(horizon_days - lag);
            let later = desk.s.iter().skip(usize::try_from(lag).unwrap_or(usize::MAX));
            for (earlier, later) in desk.s.iter().zip(later) {
                if let (Some(earlier), Some(later)) = (earlier, later) {
                    covariance += weight * (earlier - mean) * (later - mean);
                    pairs += weight;
                }
            }
        }
    }
    let spread = mean * (1.0 - mean);
    if pairs <= 0.0 || spread <= 1e-9 { floor } else { (covariance / pairs / spread).clamp(floor, 0.9) }
}

#[cfg(test)]
mod tests;
