//! What was seen of one page beside what the catalogue says of it, and what that suggests. What never enters: the
//! network.

use std::fmt::{self, Write as _};

use guichet_catalog::edit::Change;
use guichet_model::{Cause, Outcome, ParamValue, Procedure, Service, Target, TargetStatus};
use guichet_platforms::{
    Desk, Platform,
    about::{Headings, headings},
};
use guichet_sampler::{LastPage, Probed};

use crate::{
    manners::ROUND,
    reread::{pages_of, walk},
    show,
};

/// The parameter under which targets name their desks.
const DESKS: &str = "desks";
/// What any booking page may be called.
const NO_NAMES: [&str; 7] = [
    "accueil",
    "rendez-vous",
    "prendre rendez-vous",
    "prendre un rendez-vous",
    "prise de rendez-vous",
    "demande de rendez-vous",
    "bienvenue",
];
/// How headings begin that count the steps of a booking ("Étape 1 sur 6") and name nothing.
const STEP: &str = "étape";
/// The longest label that is proposed, in characters.
const LONGEST_LABEL: usize = 120;

/// What was seen of a page, and what the catalogue should say instead.
#[derive(Debug)]
pub(crate) struct Finding {
    outcome: Outcome,
    service: Option<Service>,
    why: String,
    /// Whether it is clear how it stands with the page: it was recognised, or it is gone.
    pub(crate) settled: bool,
    /// Whether it is one of the platform's own that works.
    pub(crate) recognised: bool,
    headings: Headings,
    listed: Vec<Desk>,
    configured: Vec<String>,
    /// What to change in the site's file.
    pub(crate) changes: Vec<Change>,
    /// What to change as well once a person confirms the site.
    pub(crate) once_confirmed: Vec<Change>,
    remarks: Vec<String>,
}

impl Finding {
    /// What a probe of `target` found. Of a page without a place (`is_placed` is false) nothing can be changed.
    pub(crate) fn of(
        platform: &dyn Platform,
        target: &Target,
        procedure: Option<&Procedure>,
        is_placed: bool,
        probed: &Probed,
    ) -> Self {
        let mut finding = Self {
            outcome: probed.outcome,
            service: probed.facts.service,
            why: probed.why.clone(),
            settled: probed.recognised || probed.outcome == Outcome::Unknown(Cause::Gone),
            recognised: probed.recognised,
            headings: probed.looks.first().map(|look| headings(&look.body)).unwrap_or_default(),
            listed: desks_on_the_page(platform, target, probed),
            configured: target.list(DESKS).to_vec(),
            changes: Vec::new(),
            once_confirmed: Vec::new(),
            remarks: Vec::new(),
        };
        if is_placed {
            finding.compare_desks(target);
            finding.compare_label(target, procedure);
            let own_words = probed.last_page == LastPage::Known;
            finding.compare_status(target, own_words && platform.is_gone_for_good());
        }
        finding
    }

    /// One answer that a page is not there may be a mishap; that it is switched off for good, no site says by mishap.
    fn compare_status(&mut self, target: &Target, for_good: bool) {
        if self.outcome != Outcome::Unknown(Cause::Gone) || target.status == TargetStatus::Retired {
            return;
        }
        let retired = Change::Retired { target: target.id.clone() };
        if for_good {
            self.remarks.push("the page says that it is switched off for good".to_owned());
            self.changes.push(retired);
        } else {
            self.once_confirmed.push(retired);
            self.remarks.push("the page was not there this once; look again before you retire it".to_owned());
        }
    }

    fn compare_desks(&mut self, target: &Target) {
        if self.listed.is_empty() || self.configured.is_empty() {
            return;
        }
        let is_listed = |desk: &&String| self.listed.iter().any(|listed| listed.id == **desk);
        let (still, gone): (Vec<&String>, Vec<&String>) = self.configured.iter().partition(is_listed);
        if gone.is_empty() {
            return;
        }
        let names: Vec<String> = gone.iter().map(|desk| show::plain(desk)).collect();
        let desks: Vec<String> = still.into_iter().cloned().collect();
        let none = if desks.is_empty() {
            "; none of its desks is: look which of the listed ones it means"
        } else {
            ""
        };
        self.remarks.push(format!("not on the page: {}{none}", names.join(", ")));
        if !desks.is_empty() {
            self.changes.push(Change::Desks { target: target.id.clone(), desks });
        }
    }

    fn compare_label(&mut self, target: &Target, procedure: Option<&Procedure>) {
        let Some(name) = own_name(&self.headings) else { return };
        let says_no_more =
            procedure.is_some_and(|procedure| procedure.label_fr.to_lowercase() == name.to_lowercase());
        if target.label.is_none() && self.recognised && !says_no_more {
            let label = name.chars().take(LONGEST_LABEL).collect();
            self.changes.push(Change::Label { target: target.id.clone(), label });
        }
    }

    /// What was seen beside what the catalogue says, a line each.
    pub(crate) fn tell(
        &self,
        text: &mut String,
        target: &Target,
        procedure: Option<&Procedure>,
    ) -> fmt::Result {
        write!(text, "     seen:         {}", show::outcome(&self.outcome))?;
        match self.service {
            Some(service) => writeln!(text, "; {}", show::service(service))?,
            None => writeln!(text)?,
        }
        if !self.recognised {
            writeln!(text, "     why:          {}", show::plain(&self.why))?;
        }
        if let Some(title) = &self.headings.title {
            writeln!(text, "     page title:   {}", show::plain(title))?;
        }
        let all: Vec<String> =
            self.headings.h1.iter().chain(&self.headings.h2s).map(|heading| show::plain(heading)).collect();
        if !all.is_empty() {
            writeln!(text, "     its headings: {}", all.join(" | "))?;
        }
        let label =
            target.label.as_deref().map_or_else(|| "no label".to_owned(), |label| format!("« {label} »"));
        match procedure {
            Some(procedure) => writeln!(
                text,
                "     our words:    {label}; procedure {} (« {} »)",
                procedure.id, procedure.label_fr
            )?,
            None => writeln!(text, "     our words:    {label}")?,
        }
        if !self.listed.is_empty() {
            let listed: Vec<String> = self.listed.iter().map(desk_in_words).collect();
            writeln!(text, "     its desks:    {}", listed.join(", "))?;
        }
        if !self.configured.is_empty() {
            writeln!(text, "     our desks:    {}", self.configured.join(", "))?;
        }
        for remark in &self.remarks {
            writeln!(text, "     note:         {remark}")?;
        }
        for change in &self.changes {
            writeln!(text, "     proposal:     {}", proposal(change))?;
        }
        for change in &self.once_confirmed {
            writeln!(text, "     if confirmed: {}", proposal(change))?;
        }
        Ok(())
    }
}

/// What a page calls itself: its main heading (where that counts the steps, the next one), else the first part of its
/// title; what any booking page may be called is no name.
fn own_name(headings: &Headings) -> Option<&str> {
    let title = headings.title.as_deref().and_then(|title| {
        let ends = [" / ", " | ", " - ", " – "].iter().filter_map(|between| title.find(between));
        title.get(..ends.min().unwrap_or(title.len()))
    });
    let is_step = |name: &str| name.trim().to_lowercase().starts_with(STEP);
    let names_nothing = |name: &str| {
        let lower = name.to_lowercase();
        lower.chars().count() < 4 || NO_NAMES.contains(&lower.as_str()) || is_step(name)
    };
    let h1 = headings.h1.as_deref();
    let next = headings.h2s.iter().map(String::as_str).filter(|_| h1.is_some_and(is_step));
    h1.into_iter().chain(next).chain(title).map(str::trim).find(|name| !names_nothing(name))
}

fn desk_in_words(desk: &Desk) -> String {
    let id = show::plain(&desk.id);
    desk.label.as_deref().map_or_else(|| id.clone(), |label| format!("{id} ({})", show::plain(label)))
}

/// A change in words.
pub(super) fn proposal(change: &Change) -> String {
    match change {
        Change::Checked(day) => format!("stamp the site as checked on {day}"),
        Change::Label { label, .. } => format!("label it « {} »", show::plain(label)),
        Change::Desks { desks, .. } => format!("ask the desks {}", desks.join(", ")),
        Change::Url { url, .. } => format!("its address is {url}"),
        Change::Retired { .. } => "retire it".to_owned(),
    }
}

/// All desks that the pages list, those that the target does not name too.
fn desks_on_the_page(platform: &dyn Platform, target: &Target, probed: &Probed) -> Vec<Desk> {
    let pages = pages_of(probed);
    let mut every_desk = target.clone();
    if matches!(every_desk.params.get(DESKS), Some(ParamValue::List(_))) {
        // A page with none of the desks that are asked for is not read further.
        every_desk.params.remove(DESKS);
    }
    walk(platform, &every_desk, ROUND, probed.ended_at, &pages).1
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use guichet_model::{Params, TargetStatus};

    use super::*;

    fn target(label: Option<&str>, desks: &[&str]) -> Target {
        let list = desks.iter().map(|&desk| desk.to_owned()).collect();
        Target {
            id: "92-nanterre/asile".parse().unwrap(),
            label: label.map(str::to_owned),
            platform: "ez-booking".to_owned(),
            url: "https://www.exemple.gouv.fr/booking/create/2".parse().unwrap(),
            status: TargetStatus::Active,
            cadence: Duration::from_mins(30),
            timezone: guichet_model::civil::PARIS,
            seen: None,
            source: None,
            conflict: None,
            params: Params::from([(DESKS.to_owned(), ParamValue::List(list))]),
        }
    }

    fn finding(target: &Target, h1: &str, listed: &[&str]) -> Finding {
        let listed = listed.iter().map(|&id| Desk { id: id.to_owned(), label: None }).collect();
        Finding {
            outcome: Outcome::Full,
            service: None,
            why: String::new(),
            settled: true,
            recognised: true,
            headings: Headings { h1: Some(h1.to_owned()), ..Headings::default() },
            listed,
            configured: target.list(DESKS).to_vec(),
            changes: Vec::new(),
            once_confirmed: Vec::new(),
            remarks: Vec::new(),
        }
    }

    #[test]
    fn desks_that_are_no_longer_listed_are_taken_out_but_never_all_of_them() {
        for (ours, listed, proposed, remarks) in [
            (&["1", "2"][..], &["1", "2", "3"][..], None, 0),
            (&["1", "2"], &["2", "3"], Some(&["2"][..]), 1),
            (&["1", "2"], &["3"], None, 1),
            (&["1", "2"], &[], None, 0),
            (&[], &["3"], None, 0),
        ] {
            let target = target(Some("Asile"), ours);
            let mut finding = finding(&target, "Asile", listed);
            finding.compare_desks(&target);
            let wanted: Vec<Change> = proposed
                .map(|desks: &[&str]| Change::Desks {
                    target: target.id.clone(),
                    desks: desks.iter().map(|&desk| desk.to_owned()).collect(),
                })
                .into_iter()
                .collect();
            assert_eq!((&finding.changes, finding.remarks.len()), (&wanted, remarks), "{ours:?} {listed:?}");
        }
    }

    #[test]
    fn a_page_is_called_by_its_heading_or_by_the_first_part_of_its_title() {
        for (h1, h2s, title, name) in [
            (Some("Guichet unique"), &[][..], Some("Titre / Accueil"), Some("Guichet unique")),
            (Some("Accueil"), &["Horaires"], Some("Biométrie / Démarches - Préfecture"), Some("Biométrie")),
            (None, &["Horaires"], Some("Remise de titre - Préfecture / Accueil"), Some("Remise de titre")),
            (None, &[], Some("Prise de rendez-vous / Démarches"), None),
            (None, &[], None, None),
            (
                Some("Étape 1 sur 6"),
                &["Rendez-vous", "Remise de titre", "Horaires"],
                None,
                Some("Remise de titre"),
            ),
            (
                Some("ÉTAPE 1/6 Motif"),
                &["Étape suivante :"],
                Some("Biométrie - Préfecture"),
                Some("Biométrie"),
            ),
            (Some("Étape 1 sur 6"), &[], Some("Étape 1 sur 6 - RDV"), None),
        ] {
            let text = |text: &str| text.to_owned();
            let h2s = h2s.iter().copied().map(text).collect();
            let headings = Headings { h1: h1.map(text), title: title.map(text), h2s };
            assert_eq!(own_name(&headings), name, "{headings:?}");
        }
    }

    #[test]
    fn only_what_is_switched_off_for_good_is_to_be_retired_without_a_person() {
        let gone = Outcome::Unknown(Cause::Gone);
        for (outcome, status, for_good, now, once_confirmed) in [
            (gone, TargetStatus::Active, true, 1, 0),
            (gone, TargetStatus::Active, false, 0, 1),
            (gone, TargetStatus::Paused, false, 0, 1),
            (gone, TargetStatus::Retired, true, 0, 0),
            (Outcome::Full, TargetStatus::Active, true, 0, 0),
        ] {
            let target = Target { status, ..target(None, &[]) };
            let mut finding = Finding { outcome, ..finding(&target, "Asile", &[]) };
            finding.compare_status(&target, for_good);
            let changes = (finding.changes.len(), finding.once_confirmed.len());
            assert_eq!(changes, (now, once_confirmed), "{outcome:?} {status} {for_good}");
            assert_eq!(finding.remarks.len(), now + once_confirmed);
        }
    }

    #[test]
    fn a_label_is_proposed_only_where_there_is_none_and_the_page_says_more_than_the_procedure() {
        let procedure = Procedure {
            id: "asile".parse().unwrap(),
            label_fr: "Demande d'asile".to_owned(),
            label_en: "Asylum".to_owned(),
            official_url: "https://www.exemple.gouv.fr/".parse().unwrap(),
        };
        for (label, h1, recognised, proposed) in [
            (None, "Guichet unique", true, true),
            (None, "DEMANDE D'ASILE", true, false),
            (None, "Guichet unique", false, false),
            (Some("Asile"), "Guichet unique", true, false),
            (None, "Prise de rendez-vous", true, false),
        ] {
            let target = target(label, &[]);
            let mut finding = Finding { recognised, ..finding(&target, h1, &[]) };
            finding.compare_label(&target, Some(&procedure));
            assert_eq!(finding.changes.len(), usize::from(proposed), "{label:?} {h1}");
        }
    }
}
