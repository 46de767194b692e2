//! What a probe, or a page that somebody saved, came to: one shape for every way to tell it. What never enters: asking,
//! deciding.

use std::fmt::{self, Write as _};

use guichet_fetch::RobotsVerdict;
use guichet_model::{
    Cause, DeskReading, Instant, Marker, Outcome, Publication, Service, Sha256Hex, TargetId,
};
use guichet_platforms::Ask;
use guichet_sampler::Probed;
use serde_json::{Value, json};
use url::Url;

use crate::show;

/// All that can be told of one probe or of one saved page.
#[derive(Debug, Clone)]
pub(crate) struct Account<'a> {
    pub(crate) target: &'a TargetId,
    /// When it was seen; `None`: a saved page does not tell.
    pub(crate) observed_at: Option<Instant>,
    pub(crate) outcome: Outcome,
    pub(crate) desks: &'a [DeskReading],
    /// How many desks the page listed; 0 where it has none.
    pub(crate) desks_seen: u16,
    pub(crate) service: Option<Service>,
    /// When slots are to be put online next, and when they were last, where the page tells.
    pub(crate) publications: [Option<Publication>; 2],
    /// Requests that left, redirects included.
    pub(crate) requests: u32,
    pub(crate) http_status: Option<u16>,
    pub(crate) duration_ms: Option<u64>,
    /// The platform and the revision of its reader.
    pub(crate) platform: (&'a str, u16),
    pub(crate) evidence: Option<Sha256Hex>,
    pub(crate) pages: Vec<PageSeen<'a>>,
    /// The place among the pages of the one that decided.
    pub(crate) decisive: Option<usize>,
    pub(crate) robots: Option<&'a RobotsVerdict>,
    /// Where the page comes from, when it was no probe.
    pub(crate) origin: Origin<'a>,
    /// Why the outcome is what it is, in our words.
    pub(crate) why: &'a str,
}

/// How the pages were come by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// A probe asked for them.
    Probe,
    /// A person saved one in their own browser, as this file. `next` is what the page leads on to, if it decides nothing
    /// by itself.
    Saved { file: &'a str, next: Option<&'a Ask> },
}

/// One page and what was looked for on it.
#[derive(Debug, Clone)]
pub(crate) struct PageSeen<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) final_url: &'a Url,
    /// Status, size and time; `None` for a page that was saved.
    pub(crate) answer: Option<AnswerFacts>,
    pub(crate) bytes: u64,
    pub(crate) markers: &'a [Marker],
    pub(crate) decision: &'a str,
}

/// What only an answer from the network has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnswerFacts {
    pub(crate) status: u16,
    pub(crate) duration_ms: u64,
}

/// What goes with a question, in words: a form's fields, or a text; empty for a `GET`.
pub(crate) fn sent(ask: &Ask) -> String {
    match ask {
        Ask::Get(_) => String::new(),
        Ask::PostForm(_, fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            show::plain(&fields.join(", "))
        }
        Ask::PostJson(_, text) | Ask::PostText(_, text) => show::plain(text),
    }
}

/// `GET` or `POST`.
pub(crate) fn method(ask: &Ask) -> &'static str {
    match ask {
        Ask::Get(_) => "GET",
        Ask::PostForm(..) | Ask::PostJson(..) | Ask::PostText(..) => "POST",
    }
}

impl<'a> Account<'a> {
    /// The account of a probe.
    pub(crate) fn of_probe(target: &'a TargetId, probed: &'a Probed) -> Self {
        let seen = probed.looks.iter().zip(&probed.facts.exchanges).map(|(look, exchange)| PageSeen {
            ask: &look.ask,
            final_url: &exchange.final_url,
            answer: Some(AnswerFacts { status: exchange.status, duration_ms: exchange.duration_ms }),
            bytes: exchange.bytes,
            markers: &look.markers,
            decision: &look.decision,
        });
        Self {
            target,
            observed_at: Some(probed.ended_at),
            outcome: probed.outcome,
            desks: &probed.desks,
            desks_seen: probed.facts.desks_seen,
            service: probed.facts.service,
            // Told only behind a wall, where no probe comes.
            publications: [None, None],
            requests: probed.facts.requests,
            http_status: probed.facts.http_status,
            duration_ms: Some(probed.facts.duration_ms),
            platform: (&probed.facts.platform, probed.facts.revision),
            evidence: probed.facts.evidence_sha256,
            pages: seen.collect(),
            decisive: probed.decisive,
            robots: probed.robots.as_ref(),
            origin: Origin::Probe,
            why: &probed.why,
        }
    }

    /// The object of `guichet probe --json`; `explain` adds how it came to that.
    pub(crate) fn json(&self, explain: bool) -> Value {
        let desks: Vec<Value> = self
            .desks
            .iter()
            .map(|desk| {
                json!({
                    "desk": desk.desk,
                    "label": desk.label,
                    "outcome": desk.outcome.as_str(),
                    "cause": desk.outcome.cause().map(Cause::as_str),
                    "offer": show::offer(&desk.outcome),
                })
            })
            .collect();
        let leads_on = self.leads_on();
        let mut value = json!({
            "target": self.target.as_str(),
            "observed_at": self.observed_at.map(show::instant),
            "outcome": self.outcome.as_str(),
            "cause": self.outcome.cause().filter(|_| leads_on.is_none()).map(Cause::as_str),
            "service": self.service.map(Service::as_str),
            "offer": show::offer(&self.outcome),
            "next_publication": show::publication(self.publications[0].as_ref()),
            "last_publication": show::publication(self.publications[1].as_ref()),
            "desks": desks,
            "requests": self.requests,
            "http_status": self.http_status,
            "duration_ms": self.duration_ms,
            "platform": format!("{}/{}", self.platform.0, self.platform.1),
            "evidence_sha256": self.evidence.map(|hash| hash.to_string()),
        });
        if let Some(object) = value.as_object_mut() {
            if let Origin::Saved { file, .. } = self.origin {
                let url = self.pages.first().map(|page| page.final_url.as_str());
                let next = leads_on.map(|ask| json!({ "method": method(ask), "url": ask.url().as_str() }));
                object.insert("page".to_owned(), json!({ "file": file, "url": url, "leads_on": next }));
            }
            if explain {
                object.insert("explanation".to_owned(), self.explanation());
            }
        }
        value
    }

    fn explanation(&self) -> Value {
        let pages: Vec<Value> = self
            .pages
            .iter()
            .map(|page| {
                let markers: Vec<Value> = page
                    .markers
                    .iter()
                    .map(|marker| json!({ "what": marker.what, "found": marker.found }))
                    .collect();
                json!({
                    "method": method(page.ask),
                    "url": page.ask.url().as_str(),
                    "sent": Some(sent(page.ask)).filter(|sent| !sent.is_empty()),
                    "final_url": page.final_url.as_str(),
                    "status": page.answer.map(|answer| answer.status),
                    "bytes": page.bytes,
                    "duration_ms": page.answer.map(|answer| answer.duration_ms),
                    "markers": markers,
                    "decision": page.decision,
                })
            })
            .collect();
        json!({
            "pages": pages,
            "decided_by": self.decisive.map(|place| place + 1),
            "robots": self.robots.map(|robots| json!({ "origin": robots.origin, "allowed": robots.allowed })),
            "why": self.why,
        })
    }

    /// What a saved page leads on to, if it decides nothing by itself.
    fn leads_on(&self) -> Option<&Ask> {
        match self.origin {
            Origin::Saved { next, .. } => next,
            Origin::Probe => None,
        }
    }

    /// In words, the short ones last.
    pub(crate) fn words(&self, explain: bool) -> Result<String, fmt::Error> {
        let mut text = String::new();
        if explain {
            self.explain(&mut text)?;
        }
        write!(text, "{}: ", self.target)?;
        match self.leads_on() {
            None => write!(text, "{}", show::outcome(&self.outcome))?,
            Some(ask) => write!(
                text,
                "this page alone decides nothing; it leads on ({} {}): save the page that comes after it",
                method(ask),
                ask.url()
            )?,
        }
        if let Some(service) = self.service {
            write!(text, "; service: {}", show::service(service))?;
        }
        for (when, publication) in
            ["slots go online next", "slots last went online"].iter().zip(&self.publications)
        {
            let Some(publication) = publication else { continue };
            write!(text, "; {when} at {}", show::instant(publication.at))?;
            if let Some(week) = publication.week {
                write!(text, " for the week of {week}")?;
            }
        }
        match (self.origin, self.duration_ms) {
            (Origin::Saved { file, .. }, _) => {
                writeln!(text, "; read from {}, nothing was asked", show::plain(file))?;
            }
            (Origin::Probe, Some(duration)) => {
                writeln!(text, "; {} in {}", counted(self.requests, "request"), show::millis(duration))?;
            }
            (Origin::Probe, None) => writeln!(text)?,
        }
        Ok(text)
    }

    fn explain(&self, text: &mut String) -> fmt::Result {
        for (place, page) in self.pages.iter().enumerate() {
            self.explain_page(text, place, page)?;
        }
        if self.desks_seen > 0 || !self.desks.is_empty() {
            writeln!(text, "desks: {} asked of {} on the page", self.desks.len(), self.desks_seen)?;
        }
        for desk in self.desks {
            let label = desk.label.as_deref().map(show::plain).unwrap_or_default();
            let id = show::plain(&desk.desk);
            let name = if label.is_empty() { id } else { format!("{id} ({label})") };
            writeln!(text, "   {name}: {}", show::outcome(&desk.outcome))?;
        }
        match (self.origin, self.robots) {
            (_, Some(robots)) => {
                let verdict = if robots.allowed { "allows this page" } else { "forbids this page" };
                writeln!(text, "robots.txt of {}: {verdict}", robots.origin)?;
            }
            (Origin::Probe, None) => writeln!(text, "robots.txt: was not read")?,
            (Origin::Saved { .. }, None) => {}
        }
        if let (Some(place), 2..) = (self.decisive, self.pages.len()) {
            writeln!(text, "decided by: page {}", place + 1)?;
        }
        writeln!(text, "why: {}", show::plain(self.why))
    }

    fn explain_page(&self, text: &mut String, place: usize, page: &PageSeen<'_>) -> fmt::Result {
        match self.origin {
            Origin::Probe => writeln!(text, "{}. {} {}", place + 1, method(page.ask), page.ask.url())?,
            Origin::Saved { file, .. } => {
                writeln!(
                    text,
                    "{}. {} (taken to come from {})",
                    place + 1,
                    show::plain(file),
                    page.final_url
                )?;
            }
        }
        let sent = sent(page.ask);
        if !sent.is_empty() {
            writeln!(text, "   sent {sent}")?;
        }
        if page.final_url != page.ask.url() {
            writeln!(text, "   led to {}", page.final_url)?;
        }
        if let Some(answer) = page.answer {
            let took = show::millis(answer.duration_ms);
            writeln!(text, "   status {}, {} bytes, {took}", answer.status, page.bytes)?;
        } else {
            writeln!(text, "   {} bytes", page.bytes)?;
        }
        for marker in page.markers {
            let found = if marker.found { "[found]    " } else { "[not found]" };
            writeln!(text, "   {found} {}", show::plain(&marker.what))?;
        }
        if !page.decision.is_empty() {
            writeln!(text, "   so: {}", show::plain(page.decision))?;
        }
        Ok(())
    }
}

/// `1 request`, `2 requests`.
fn counted(n: u32, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
