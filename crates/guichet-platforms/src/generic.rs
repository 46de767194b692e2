//! Verdicts that hold for every platform, judged once, before any adapter sees the page: rate limits, refusals,
//! challenges, overload, maintenance, login.
//!
//! Only unambiguous signs count. A shield leaves its script on ordinary pages as well, and a booking page may speak of
//! maintenance or captchas in its text: such a page passes. What never enters: `open`, `full` or `shut`.

use guichet_model::{Cause, Service};
use scraper::{ElementRef, Html, node::Element};
use url::Url;

use crate::{
    Markers, Page,
    document::{self, elements, visible_elements},
    text,
};

/// Visible text of an error page or an interstitial stays under this, in bytes.
const BARE: usize = 600;
/// Visible text of a page whose whole work is done by a script stays under this, in bytes.
const SILENT: usize = 40;
/// Titles longer than this, in bytes, are prose.
const LONGEST_TITLE: usize = 120;

const BOOKING_WORDS: [&str; 5] = ["booking", "rdv", "rendez-vous", "reservation", "appointment"];
const BOOKING_IDS: [&str; 4] = ["FormBookingCreate", "global_Booking", "inner_Booking", "planning_Booking"];
const CHALLENGE_IDS: [&str; 3] = ["challenge-running", "cf-challenge-running", "cf-wrapper-challenge"];
/// What a Queue-it waiting room is built of. It may stand on the site's own domain, under a title of the site's choice.
const WAITING_ROOM_IDS: [&str; 3] =
    ["MainPart_lbQueueNumber", "MainPart_lbUsersInLineAheadOfYou", "MainPart_divProgressbar"];
/// What pages of RDV-Préfecture are built of: their state, their CAPTCHA, where its answer goes. They may be short, and
/// nothing but that CAPTCHA.
const SHELL_IDS: [&str; 2] = ["vui-init-data", "BDC_CaptchaComponent"];
const SHELL_ACTION: &str = "_validercaptcha";
/// What Cloudflare's own error pages are built of, long ones too.
const ERROR_SHELL_IDS: [&str; 2] = ["cf-error-details", "cf-wrapper"];
/// The title of its page for those it has turned away.
const BLOCKED_TITLE: &str = "attention required! | cloudflare";
const SHIELD_NAMES: [&str; 3] = ["challenge-platform", "cf-chl", "_incapsula_resource"];
const WAITING_TITLES: [&str; 8] = [
    "just a moment",
    "un instant…",
    "un instant...",
    "waiting room",
    "queue-it",
    "file d'attente virtuelle",
    "salle d'attente virtuelle",
    "vous êtes dans la file d'attente",
];
const REFUSALS: [&str; 4] = [
    "request forbidden by administrative rules",
    "the requested url was rejected",
    "sorry, you have been blocked",
    "you don't have permission to access",
];
const REFUSAL_TITLES: [&str; 4] = ["403 forbidden", "access denied", "accès refusé", "request rejected"];
const GATEWAY_ERRORS: [&str; 6] = [
    "500 internal server error",
    "502 bad gateway",
    "503 service unavailable",
    "504 gateway time-out",
    "504 gateway timeout",
    "service unavailable",
];

/// What a page is, whatever the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Why nothing can be established.
    pub cause: Cause,
    /// What the service was seen to be, where the page tells.
    pub service: Option<Service>,
}

/// The verdict on a page; `None`: an adapter may read it.
pub fn verdict(page: &Page<'_>, markers: &mut Markers) -> Option<Verdict> {
    let plain = |cause| Verdict { cause, service: None };
    let of_status = cause_of_status(page.status).map(plain);
    // Other statuses say it all; these three, and 200, also come with challenges and error pages.
    if !matches!(page.status, 200..=299 | 401 | 403 | 503) {
        return of_status;
    }
    let Some(html) = document::parse(page.body) else {
        return of_status;
    };
    let look = Look::at(&html);
    let shield = |cause| Verdict { cause, service: Some(Service::Shield) };
    if markers.look("a challenge, a CAPTCHA that is the whole page, or a waiting room", look.is_challenge()) {
        return Some(shield(Cause::Challenged));
    }
    if markers.look("a firewall's refusal", look.is_refusal()) {
        return Some(shield(Cause::Refused));
    }
    if markers.look("a page that says \"maintenance\" in its title", look.is_maintenance()) {
        let cause = of_status.map_or(Cause::Overloaded, |verdict| verdict.cause);
        return Some(Verdict { cause, service: Some(Service::Maintenance) });
    }
    if of_status.is_some() {
        return of_status;
    }
    if markers.look("a page of an overloaded server", look.is_overload()) {
        return Some(plain(Cause::Overloaded));
    }
    if markers.look("a login", look.is_login(page.url)) {
        return Some(plain(Cause::LoginRequired));
    }
    let silent = markers.look("a page that leaves all to a shield's script", look.is_silent_script());
    silent.then_some(shield(Cause::Challenged))
}

fn cause_of_status(status: u16) -> Option<Cause> {
    match status {
        200..=299 => None,
        429 => Some(Cause::RateLimited),
        401 | 403 => Some(Cause::Refused),
        404 | 410 => Some(Cause::Gone),
        500.. => Some(Cause::Overloaded),
        _ => Some(Cause::Unrecognised),
    }
}

/// What markup can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A form or part of a booking module: the page is about booking, whatever else it mentions.
    Booking,
    /// Markup that only a challenge page or a waiting room has.
    Challenge,
    /// The platform RDV-Préfecture's own: its CAPTCHA is a page like another, not a shield's.
    Shell,
    /// The frame of Cloudflare's error pages.
    ErrorShell,
    /// A captcha of whatever make.
    Captcha,
    /// A shield's script, which ordinary pages carry too.
    Shield,
    /// A form that leads to the national login.
    Login,
}

/// What matters of a page for these verdicts.
struct Look {
    /// Comparable texts of the title and the main headings, the short ones.
    titles: Vec<String>,
    visible: String,
    marks: Vec<Mark>,
}

impl Look {
    fn at(page: &Html) -> Self {
        let mut look = Self { titles: Vec::new(), visible: text::visible_text(page), marks: Vec::new() };
        for element in elements(page) {
            look.look_at(element);
        }
        let titles = elements(page).filter(|element| element.value().name() == "title");
        let headings = visible_elements(page).filter(|element| element.value().name() == "h1");
        let texts = titles.chain(headings).map(text::heading_text);
        look.titles = texts.filter(|text| text.len() <= LONGEST_TITLE).collect();
        look
    }

    fn look_at(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        let lower = |name: &str| value.attr(name).unwrap_or_default().to_ascii_lowercase();
        match value.name() {
            "form" => {
                let action = lower("action");
                // A challenge's form carries the address of the page behind it.
                let challenge = action.contains("__cf_chl") || value.id() == Some("challenge-form");
                self.note(Mark::Challenge, challenge);
                self.note(Mark::Booking, !challenge && contains_any(&action, &BOOKING_WORDS));
                self.note(Mark::Login, leads_to(&action, "franceconnect.gouv.fr"));
            }
            "script" => {
                let source = lower("src");
                let code: String = element.text().collect::<String>().to_ascii_lowercase();
                let challenge = leads_to(&source, "captcha-delivery.com") || code.contains("_cf_chl_opt");
                self.note(Mark::Challenge, challenge);
                let shield = contains_any(&source, &SHIELD_NAMES)
                    || contains_any(&code, &SHIELD_NAMES)
                    || leads_to(&source, "datadome.co")
                    || leads_to(&source, "queue-it.net");
                self.note(Mark::Shield, shield);
            }
            "iframe" => {
                let source = lower("src");
                let challenge =
                    source.contains("_incapsula_resource") || leads_to(&source, "captcha-delivery.com");
                self.note(Mark::Challenge, challenge);
            }
            "img" => self.note(Mark::Captcha, lower("src").contains("captcha")),
            _ => {}
        }
        let id = value.id().unwrap_or_default();
        self.note(Mark::Booking, BOOKING_IDS.contains(&id));
        self.note(Mark::Captcha, is_captcha(value));
        let answers = ["action", "formaction"].iter().any(|name| lower(name).contains(SHELL_ACTION));
        self.note(Mark::Shell, answers || SHELL_IDS.contains(&id) || value.name() == "rdv-captchetat");
        self.note(Mark::Challenge, CHALLENGE_IDS.contains(&id) || id.starts_with("cf-chl"));
        self.note(Mark::Challenge, WAITING_ROOM_IDS.contains(&id));
        self.note(Mark::ErrorShell, ERROR_SHELL_IDS.contains(&id));
    }

    fn note(&mut self, mark: Mark, found: bool) {
        if found && !self.has(mark) {
            self.marks.push(mark);
        }
    }

    fn has(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    fn is_challenge(&self) -> bool {
        self.has(Mark::Challenge)
            || (!self.has(Mark::Booking) && self.title_has(&WAITING_TITLES))
            || (self.is_bare() && self.has(Mark::Captcha) && !self.has(Mark::Shell))
            || (self.is_bare() && self.visible.contains("incapsula incident id"))
    }

    fn is_refusal(&self) -> bool {
        let refuses = || contains_any(&self.visible, &REFUSALS) || self.title_has(&REFUSAL_TITLES);
        let blocked = || self.titles.iter().any(|title| title == BLOCKED_TITLE);
        // Cloudflare's page explains itself at length; within its frame or under its title a refusal is one all the same.
        let in_shell =
            || !self.has(Mark::Booking) && (blocked() || (self.has(Mark::ErrorShell) && refuses()));
        (self.is_bare() && refuses()) || in_shell()
    }

    fn is_overload(&self) -> bool {
        if self.has(Mark::Booking) {
            return false;
        }
        self.titles.iter().any(|title| title == "service surchargé")
            || (self.is_bare()
                && (self.title_has(&GATEWAY_ERRORS)
                    || GATEWAY_ERRORS.iter().any(|words| self.visible.starts_with(words))
                    || self.visible.contains("the server returned an invalid or incomplete response")))
    }

    fn is_maintenance(&self) -> bool {
        !self.has(Mark::Booking) && self.titles.iter().any(|title| says_out_of_service(title))
    }

    fn is_login(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| is_under(host, "franceconnect.gouv.fr"))
            || (self.has(Mark::Login) && !self.has(Mark::Booking))
    }

    /// A page that says nothing and leaves all to a shield's script.
    fn is_silent_script(&self) -> bool {
        let own = self.has(Mark::Booking) || self.has(Mark::Shell);
        self.has(Mark::Shield) && !own && self.visible.len() < SILENT
    }

    fn is_bare(&self) -> bool {
        !self.has(Mark::Booking) && self.visible.len() < BARE
    }

    fn title_has(&self, words: &[&str]) -> bool {
        self.titles.iter().any(|title| contains_any(title, words))
    }
}

fn contains_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether a title announces maintenance, "site indisponible" or "service temporairement indisponible".
fn says_out_of_service(title: &str) -> bool {
    let adverbs = ["temporairement", "momentanément", "actuellement", "provisoirement", "est"];
    let words: Vec<&str> = title.split(' ').filter(|word| !adverbs.contains(word)).collect();
    contains_any(&words.join(" "), &["maintenance", "site indisponible", "service indisponible"])
}

fn is_captcha(element: &Element) -> bool {
    let makes = ["g-recaptcha", "h-captcha", "cf-turnstile", "frc-captcha"];
    element.classes().any(|class| makes.contains(&class)) || element.attr("data-sitekey").is_some()
}

/// Whether a link in lower case leads to `domain` or below.
fn leads_to(link: &str, domain: &str) -> bool {
    let rest = link.split_once("//").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    is_under(host, domain)
}

fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}
