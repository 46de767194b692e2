//! A two-state Markov chain in continuous time, seen at some instants only: closed for a time with rate λ of opening,
//! open for a time with rate μ of closing. What never enters: instants, looks, what a rate is used for.

/// So many times the chain was in one state and, `gap_h` later, in another or the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transition {
    /// Open at its start.
    pub from_open: bool,
    /// Open at its end.
    pub to_open: bool,
    /// Hours between the two, more than 0.
    pub gap_h: f64,
    /// How often this was seen; need not be whole.
    pub count: f64,
}

/// The most likely chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// Openings per closed hour.
    pub lambda: f64,
    /// Closings per open hour.
    pub mu: f64,
    /// Covariance of (log λ, log μ): the inverse of the observed information.
    pub cov_log: [[f64; 2]; 2],
}

impl Chain {
    /// Share of the time in which it is open: λ/(λ+μ).
    pub fn open_share(&self) -> f64 {
        self.lambda / (self.lambda + self.mu)
    }

    /// By how much one transition moves the estimates of (log λ, log μ): the inverse of the information times the
    /// slope of the transition's log-likelihood, its count left out. Summed over all transitions this is 0; summed
    /// date by date, its squares are a variance that holds when transitions of a date are alike (Huber 1967; Liang &
    /// Zeger 1986).
    pub fn influence(&self, step: &Transition) -> [f64; 2] {
        let one = [Transition { count: 1.0, ..*step }];
        let [first, second] = surface(&one, [self.lambda.ln(), self.mu.ln()]).slope;
        self.cov_log.map(|[a, b]| a * first + b * second)
    }
}

/// Log-likelihood with its first and second derivatives by (log λ, log μ); the second is negated: the observed
/// information.
#[derive(Debug, Clone, Copy)]
struct Surface {
    height: f64,
    slope: [f64; 2],
    information: [[f64; 2]; 2],
}

/// Newton steps at most; a chain that the data can tell needs about six.
const STEPS: u32 = 100;
/// No step changes a rate by more than this factor's logarithm.
const LONGEST_STEP: f64 = 1.5;
/// Rates beyond e^±25 per hour are no rates of anything.
const FURTHEST: f64 = 25.0;
/// A larger variance of a logarithm, an error of a factor of e⁵, is a plain and not a peak.
const FLAT: f64 = 25.0;

/// The chain that makes `transitions` most likely (Kalbfleisch & Lawless, JASA 1985; the two-state case in closed
/// form), by Newton's method on (log λ, log μ) with analytic derivatives, a ridge where the surface is not concave, and
/// halved steps.
///
/// With s = λ+μ, π = λ/s and a gap Δ in hours: P(open | closed) = π(1−e^(−sΔ)), P(closed | open) = (1−π)(1−e^(−sΔ)).
/// Gaps that are not positive finite numbers are left out.
///
/// `None` where the data do not tell both rates: no opening or no closing among the transitions, or a likelihood that
/// is flat or rises for ever (gaps so long against the lifetimes that the looks are as good as independent, so that
/// only λ/μ could be known).
pub fn fit(transitions: &[Transition]) -> Option<Chain> {
    let usable = |step: &&Transition| {
        step.gap_h > 0.0 && step.gap_h.is_finite() && step.count > 0.0 && step.count.is_finite()
    };
    let steps: Vec<Transition> = transitions.iter().filter(usable).copied().collect();
    let crude_log_rate = |from_open: bool| {
        let from = steps.iter().filter(|step| step.from_open == from_open);
        let (left, hours) = from.fold((0.0, 0.0), |(left, hours), step| {
            let has_left = if step.to_open == from_open { 0.0 } else { step.count };
            (left + has_left, hours + step.count * step.gap_h)
        });
        (left > 0.0).then(|| f64::ln(left / hours)).filter(|rate| rate.is_finite())
    };
    let mut at = [crude_log_rate(false)?, crude_log_rate(true)?];
    let mut here = surface(&steps, at);
    for _ in 0..STEPS {
        let step = uphill(&here);
        let promised = step[0] * here.slope[0] + step[1] * here.slope[1];
        if promised < 1e-13 {
            break;
        }
        let mut factor = 1.0;
        let (next, there) = loop {
            let next = [at[0] + factor * step[0], at[1] + factor * step[1]];
            let there = surface(&steps, next);
            if there.height > here.height - 1e-12 * here.height.abs() {
                break (next, there);
            }
            factor /= 2.0;
            if factor < 1e-9 {
                return None;
            }
        };
        (at, here) = (next, there);
        if at.iter().any(|rate| rate.abs() > FURTHEST) {
            return None;
        }
    }
    let cov_log = inverse(here.information)?;
    Some(Chain { lambda: at[0].exp(), mu: at[1].exp(), cov_log })
}

fn surface(steps: &[Transition], [log_lambda, log_mu]: [f64; 2]) -> Surface {
    let (lambda, mu) = (log_lambda.exp(), log_mu.exp());
    let total = lambda + mu;
    let (open, closed) = (lambda / total, mu / total);
    let mut sum = Surface { height: 0.0, slope: [0.0; 2], information: [[0.0; 2]; 2] };
    // ∂π and ∂(1−π) by the two logarithms are this number with a sign.
    let turn = open * closed;
    let (log_open, log_closed) = (open.ln(), closed.ln());
    for step in steps {
        let x = total * step.gap_h;
        let (kept, renewed) = ((-x).exp(), -(-x).exp_m1());
        // ∂ log(1−e^−x) by log x, and its own derivative.
        let h = if x < 1e-8 { 1.0 } else { x * kept / renewed };
        let k = h * (1.0 - x - h);
        // Of the chance to have changed state: log P = log share + log(1−e^−x).
        let (share, log_share, share_slope) = if step.from_open {
            (closed, log_closed, [-open, open])
        } else {
            (open, log_open, [closed, -closed])
        };
        let slope = [share_slope[0] + h * open, share_slope[1] + h * closed];
        let own = (h - 1.0) * turn;
        let curve = [k * open * open + own, k * open * closed - own, k * closed * closed + own];
        let count = step.count;
        let (height, by, bend, with) = if step.from_open == step.to_open {
            let changed = share * renewed;
            let stayed = (1.0 - share) + share * kept;
            let odds = changed / stayed;
            (stayed.ln(), -odds, -odds, -odds * (1.0 + odds))
        } else {
            (log_share + renewed.ln(), 1.0, 1.0, 0.0)
        };
        sum.height += count * height;
        sum.slope[0] += count * by * slope[0];
        sum.slope[1] += count * by * slope[1];
        sum.information[0][0] -= count * (bend * curve[0] + with * slope[0] * slope[0]);
        sum.information[0][1] -= count * (bend * curve[1] + with * slope[0] * slope[1]);
        sum.information[1][1] -= count * (bend * curve[2] + with * slope[1] * slope[1]);
    }
    sum.information[1][0] = sum.information[0][1];
    sum
}

/// Newton's step, or the nearest to it that goes up.
fn uphill(here: &Surface) -> [f64; 2] {
    let [[first, both], [_, second]] = here.information;
    let [east, north] = here.slope;
    let scale = first.abs().max(second.abs()).max(both.abs()).max(1e-9);
    let least_eigenvalue = f64::midpoint(first, second) - f64::hypot((first - second) / 2.0, both);
    let ridge = if least_eigenvalue > 1e-6 * scale { 0.0 } else { 1e-3 * scale - least_eigenvalue };
    let (first, second) = (first + ridge, second + ridge);
    let det = first * second - both * both;
    let step = [(second * east - both * north) / det, (first * north - both * east) / det];
    let longest = step[0].abs().max(step[1].abs());
    let cut = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
    [step[0] * cut, step[1] * cut]
}

/// `None` unless it is a peak that stands out: no variance above [`FLAT`].
fn inverse([[a, b], [_, c]]: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
    let det = a * c - b * b;
    let is_peak = a > 0.0 && c > 0.0 && det > 1e-9 * a * c;
    let inverse = [[c / det, -b / det], [-b / det, a / det]];
    (is_peak && inverse[0][0] <= FLAT && inverse[1][1] <= FLAT).then_some(inverse)
}

#[cfg(test)]
mod tests;
