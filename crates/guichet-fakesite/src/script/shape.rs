//! The TOML shapes of a script, with the places they were read from. What never enters: what they mean.

use serde::Deserialize;
use toml::{Spanned, value::Datetime};

use crate::{
    address::Platform,
    script::style::{Apostrophe, Charset, Language, Skin, Wording},
    state::State,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScriptShape {
    pub(super) start: Option<Spanned<Datetime>>,
    #[serde(default)]
    pub(super) host: Vec<HostShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HostShape {
    pub(super) name: Spanned<String>,
    pub(super) robots: Option<Spanned<String>>,
    pub(super) timezone: Option<Spanned<String>>,
    pub(super) department: Option<Spanned<String>>,
    pub(super) site: Option<Spanned<String>>,
    pub(super) site_name: Option<String>,
    pub(super) lon: Option<Spanned<f64>>,
    pub(super) lat: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) timeline: Vec<EntryShape>,
    pub(super) random: Option<RandomShape>,
    #[serde(default)]
    pub(super) form: Vec<FormShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormShape {
    pub(super) id: Spanned<u32>,
    #[serde(default)]
    pub(super) platform: Platform,
    pub(super) title: String,
    pub(super) skin: Option<Spanned<Skin>>,
    #[serde(default)]
    pub(super) apostrophe: Apostrophe,
    pub(super) language: Option<Spanned<Language>>,
    #[serde(default)]
    pub(super) charset: Charset,
    pub(super) deep_calendar: Option<Spanned<bool>>,
    pub(super) direct_step2: Option<Spanned<bool>>,
    pub(super) wording: Option<Spanned<Wording>>,
    pub(super) sitekey: Option<Spanned<String>>,
    pub(super) organisation: Option<Spanned<u32>>,
    pub(super) motif: Option<Spanned<String>>,
    pub(super) account: Option<Spanned<String>>,
    pub(super) config: Option<Spanned<String>>,
    pub(super) place: Option<Spanned<String>>,
    pub(super) purpose: Option<Spanned<String>>,
    pub(super) lead_days: Option<Spanned<u32>>,
    pub(super) procedure: Option<Spanned<String>>,
    pub(super) key: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) timeline: Vec<EntryShape>,
    pub(super) random: Option<RandomShape>,
    #[serde(default)]
    pub(super) desk: Vec<DeskShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskShape {
    pub(super) id: Spanned<u32>,
    pub(super) label: Option<String>,
    #[serde(default)]
    pub(super) timeline: Vec<EntryShape>,
    pub(super) random: Option<RandomShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryShape {
    pub(super) from: Option<Spanned<Datetime>>,
    pub(super) until: Option<Spanned<Datetime>>,
    pub(super) weekly: Option<Spanned<WeeklyShape>>,
    pub(super) state: Spanned<State>,
    pub(super) slots: Option<Spanned<u32>>,
    pub(super) retry_after_s: Option<Spanned<u32>>,
    pub(super) retry_after_http_date: Option<Spanned<bool>>,
    pub(super) seconds: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeeklyShape {
    pub(super) day: Option<String>,
    #[serde(default)]
    pub(super) days: Vec<String>,
    pub(super) at: Spanned<String>,
    pub(super) minutes: Spanned<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseShape {
    pub(super) day: Option<String>,
    #[serde(default)]
    pub(super) days: Vec<String>,
    pub(super) at: Spanned<String>,
    pub(super) minutes: Spanned<u32>,
    pub(super) vary: Option<Spanned<f64>>,
    pub(super) chance: Option<Spanned<f64>>,
    pub(super) slots: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RandomShape {
    pub(super) seed: u64,
    pub(super) opening_per_week: Option<Spanned<f64>>,
    pub(super) mean_open_minutes: Option<Spanned<f64>>,
    pub(super) opening_days: Option<Spanned<Vec<String>>>,
    pub(super) opening_hours: Option<Spanned<[String; 2]>>,
    pub(super) slots: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) releases: Vec<Spanned<ReleaseShape>>,
    pub(super) outage_per_week: Option<Spanned<f64>>,
    pub(super) mean_outage_minutes: Option<Spanned<f64>>,
    pub(super) outage_state: Option<Spanned<State>>,
    pub(super) retry_after_s: Option<Spanned<u32>>,
    pub(super) retry_after_http_date: Option<Spanned<bool>>,
    pub(super) seconds: Option<Spanned<u32>>,
}
