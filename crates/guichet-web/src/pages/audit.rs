//! How our past forecasts fared, whatever that is. What never enters: forecasts of what is not known yet, excuses.

use chrono::{DateTime, Utc};
use guichet_model::civil;
use guichet_stats::audit::{Bin, Score};
use guichet_store::AuditRecord;
use minijinja::{context, value::Serde};
use serde::Serialize;

use crate::{app::App, failure::Failure, format, kept_audit::scores_of, lang::Lang};

/// Fewer past forecasts than this, or from fewer hosts, say very little: intervals are not made from fewer either.
const FEW: (u32, u32) = (100, 8);

/// The scores of one horizon, ready for the template.
#[derive(Debug, Serialize)]
struct ScoreView {
    days: u32,
    n: u32,
    hosts: u32,
    is_few: bool,
    is_better: bool,
    brier: String,
    brier_mean: String,
    skill: String,
    skill_iid: String,
    ece: String,
    coverage: Option<String>,
    width: Option<String>,
    bins: Vec<BinView>,
}

#[derive(Debug, Serialize)]
struct BinView {
    from: String,
    to: String,
    predicted: String,
    observed: String,
    n: u32,
}

/// One horizon of an earlier audit.
#[derive(Debug, Serialize)]
struct PastView {
    date: String,
    scores: Vec<ScoreView>,
}

impl ScoreView {
    fn of(score: &Score, lang: Lang) -> Self {
        let share = |share: f64| format::share(lang, share);
        Self {
            days: score.horizon_days,
            n: score.n,
            hosts: score.hosts,
            is_few: score.n < FEW.0 || score.hosts < FEW.1,
            is_better: score.skill > 0.0,
            brier: format::exact(lang, score.brier),
            brier_mean: format::exact(lang, score.brier_climatology),
            skill: format::signed_share(lang, score.skill),
            skill_iid: format::signed_share(lang, score.skill_iid),
            ece: share(score.ece),
            coverage: score.coverage.map(share),
            width: score.width.map(share),
            bins: score.bins.iter().filter(|bin| bin.n > 0).map(|bin| BinView::of(bin, lang)).collect(),
        }
    }
}

impl BinView {
    fn of(bin: &Bin, lang: Lang) -> Self {
        let share = |share: f64| format::share(lang, share);
        Self {
            from: share(bin.from),
            to: share(bin.to),
            predicted: share(bin.predicted),
            observed: share(bin.observed),
            n: bin.n,
        }
    }
}

/// `None` where nothing of the audit is understood.
fn scores(audit: &AuditRecord, lang: Lang) -> Option<Vec<ScoreView>> {
    let kept = serde_json::from_str(&audit.result).unwrap_or_default();
    Some(scores_of(&kept)?.iter().map(|score| ScoreView::of(score, lang)).collect())
}

fn day(at: DateTime<Utc>, lang: Lang) -> String {
    format::date(lang, civil::local(at, civil::PARIS).date_naive())
}

impl App {
    pub(crate) fn audit_page(&self, lang: Lang) -> Result<String, Failure> {
        let snapshot = self.snapshot()?;
        let newest = snapshot.audits.first();
        let past: Vec<PastView> = snapshot
            .audits
            .iter()
            .skip(1)
            .filter_map(|audit| {
                Some(PastView { date: day(audit.made_at, lang), scores: scores(audit, lang)? })
            })
            .filter(|past| !past.scores.is_empty())
            .collect();
        let newest_scores = newest.map(|audit| scores(audit, lang));
        let context = context! {
            frame => Serde(self.frame(lang, "previsions", Some(&snapshot))),
            made => newest.map(|audit| day(audit.made_at, lang)),
            as_of => newest.map(|audit| day(audit.as_of, lang)),
            is_unread => matches!(newest_scores, Some(None)),
            scores => Serde(newest_scores.flatten().unwrap_or_default()),
            past => Serde(past),
        };
        Ok(self.pages.render(lang, "audit.html", context)?)
    }
}
