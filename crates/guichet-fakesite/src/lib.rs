//! Invented prefectures' booking sites on loopback, played from a script whose truth is known.
//!
//! For development, demonstration and end-to-end tests only: it imitates how the pages of each booking platform behave
//! (steps, redirects, cookies, phrases, errors), so that what a poller concludes can be held against what was really
//! so. What never enters: any other guichet crate than the model, any address but loopback, any real site's text
//! beyond its short marker phrases, a way through a CAPTCHA.
//!
//! # Script
//!
//! A script is TOML. Every key that is not marked otherwise is optional.
//!
//! ```toml
//! start = 2026-03-02T00:00:00Z         # what time it is when the simulation starts
//!
//! [[host]]
//! name = "fauxville"                   # required; served as http://fauxville.localhost:PORT/
//! robots = "allow"                     # allow | disallow | missing (404) | error (500) | the text itself
//! timezone = "Europe/Paris"            # civil time of weekly rules and calendars
//! department = "92"                    # for a catalogue, see Script::forms
//! site = "92-fauxville"
//! site_name = "Préfecture de Fauxville"
//! lon = 2.2
//! lat = 48.9
//!
//! [[host.timeline]]                    # overrides all forms of the host
//! from = 2026-04-01T08:00:00Z
//! until = 2026-04-01T12:00:00Z
//! state = "banned_403"
//!
//! [[host.form]]
//! id = 12069                           # required; /booking/create/12069
//! platform = "ez-booking"              # or another, see below
//! title = "Renouvellement"             # required
//! skin = "old"                         # old | dsfr
//! apostrophe = "straight"              # straight | typographic
//! language = "fr"                      # fr | half-english
//! charset = "utf-8"                    # utf-8 | iso-8859-1 | iso-8859-15: the bytes really are
//! deep_calendar = true                 # slots lead to /4 (calendar) instead of /3
//! direct_step2 = true                  # the conditions need not be accepted first
//! lead_days = 14                       # the calendar begins on the first Monday so many days ahead
//! procedure = "renouvellement"         # for a catalogue
//! key = "vpf"
//!
//! [[host.form.desk]]                   # several desks: they are asked for in step 1
//! id = 12078                           # required
//! label = "Guichet 1"
//!
//! [[host.form.desk.timeline]]
//! state = "full"                       # no `from`: always
//! [[host.form.desk.timeline]]
//! from = 2026-03-03T09:00:00Z
//! until = 2026-03-03T09:40:00Z
//! state = "open"
//! slots = 3
//! [[host.form.desk.timeline]]
//! weekly = { days = ["workdays"], at = "20:00", minutes = 660 }
//! state = "shut"
//!
//! [host.form.desk.random]
//! seed = 7                             # required: the same seed, the same truth
//! releases = [{ day = "mon", at = "00:00", minutes = 600, vary = 0.5, chance = 0.9, slots = 24 }]
//! opening_per_week = 2.0
//! mean_open_minutes = 25
//! opening_days = ["workdays"]
//! opening_hours = ["09:00", "17:00"]
//! slots = 6                            # a random opening begins with 1 to 6
//! outage_per_week = 0.5
//! mean_outage_minutes = 40
//! outage_state = "overloaded_503"
//! ```
//!
//! # Platforms
//!
//! `skin`, `language`, `deep_calendar` and `direct_step2` are of `ez-booking` only. Of the others:
//!
//! | `platform` | keys | where a visit begins | desks are |
//! |---|---|---|---|
//! | `rdv-prefecture` | | `/rdvpref/reservation/demarche/ID/` | none |
//! | `eappointment` | `sitekey`; optional: `wording` | `/eAppointmentpref94/appointment.do?sitekey=SITEKEY&mobile=` | motives |
//! | `rdv-service-public` | `motif`; optional: `organisation` (the form's id), `wording` | `/prendre_rdv?departement=&motif_name_with_location_type=MOTIF-public_office&public_link_organisation_id=ORGANISATION` | places |
//! | `orion` | `account`, `config`; optional: `place`, `purpose` | `/orion-reservation/slots?account=ACCOUNT&config=CONFIG&usemode=app&code=PLACE` | none |
//!
//! `wording` is `usual` or `other`: which of the platform's sentences says that no slot is left.
//!
//! - `rdv-prefecture`: the landing page, `cgu/` with the CAPTCHA, `creneau/`, which always leads back to `cgu/`, and
//!   `_validerCaptcha`, which finds every answer wrong.
//! - `eappointment`: `element/jsp/specific/pref94.jsp` asks for the postcode, `appointment.do` for motives and gives a
//!   session; in that, `dwr/call/plaincall/AjaxMotive.motiveMultiSiteSubmit.dwr` answers with a script that says
//!   whether there is anything for all motives asked for, and then `step1ScenarioTwo.do` shows the days.
//! - `rdv-service-public`: the places with their next date, with `lieu_id` the times of the week from `date` (today).
//!   `/org/ID` and `/prdv?…` redirect there; an organisation with several motifs is asked which.
//! - `orion`: the shell, and `POST /orion/api/1/rdv/bookings/availableSlotByDay` for the JSON. The configuration's own id
//!   is the form's in 24 digits. A question that names other places or purposes than the form's is answered 400; what a
//!   day holds is invented.
//!
//! # States
//!
//! `open` (with `slots`), `full`, `shut`, `overloaded_200`, `overloaded_503`, `banned_403`,
//! `rate_limited_429` (both with `retry_after_s`, `retry_after_http_date`), `challenge`, `slow` (with `seconds`),
//! `redirect_loop`, `changed_layout`, `gone` (404), `link_off`, `no_calendar`, `foreign_redirect`, `huge_body`,
//! `maintenance` (503), `no_wall` (`rdv-prefecture` only: `cgu/` without the CAPTCHA), `redirect_to_slot` (`POST …/0` is
//! answered 302 to `…/5/TIMESTAMP`) and `repost` (`POST …/0` is answered 307 to `…/3`); whoever follows one of the last
//! two goes on to book, which is a violation. A further one, `wall`, is not written: on `rdv-prefecture` it is shown
//! wherever nothing else hides the form.
//!
//! What a platform has no words for looks like this there:
//!
//! | | `shut` | `link_off` | `no_calendar` | `redirect_to_slot`, `repost` |
//! |---|---|---|---|---|
//! | `rdv-prefecture` | a landing page that leads nowhere | the same | the wall | `cgu/` leads to `formulaire/`, `_validerCaptcha` |
//! | `eappointment` | the error page | the same | the call says neither | the call leads to `saveRdv.do` |
//! | `rdv-service-public` | not available for the department | the motif is gone | as full: nothing tells them apart | every page leads to `/users/…` |
//! | `orion` | `daySlots` is null | the same | the same | the call leads to booking |
//!
//! `changed_layout` changes the call's answer as well, and `rate_limited_429` is JSON on `rdv-service-public`.
//!
//! **What holds when.** `timeline` and `random` may stand at a host, a form and a desk. In one timeline the last entry
//! that applies holds; random openings come on top of it and lift no veil. `open` and `full` are *supply*; every other
//! state is a *veil* over it, and below a veil the supply that was written last goes on. The outermost layer that says
//! something is right: host, then form, then desk. Where nothing is said a desk is full. `robots.txt` is answered as
//! written whatever holds.
//!
//! **Where a state shows.** With one desk (or what holds over the whole form) a veil shows from the first page on,
//! `no_calendar`, `redirect_to_slot` and `repost` once the conditions are accepted. With several desks, a desk's own
//! veil shows when it is chosen. On `rdv-service-public` that is with its `lieu_id`; the list of places holds those that
//! are open, whatever else hides their own pages.
//!
//! **Truth.** A desk is open when it has slots and no veil that closes it (`shut`, `gone`, `link_off`,
//! `no_calendar`); behind any other veil, a wall among them, it stays open unseen.
//!
//! # Violations
//!
//! Whatever the host: following a redirect away, asking for what `robots = "disallow"` forbids, methods but GET, HEAD and
//! POST, fields that a reader does not send. By platform: steps from 5 on, POST from step 2 on, internal calls and the
//! management of bookings (`ez-booking`); any POST, an answer to the CAPTCHA, its image, `formulaire/`, `gestion/`
//! (`rdv-prefecture`); other calls than the one for motives, other POSTs, the CAPTCHA, any other `.do`
//! (`eappointment`); any POST, `/users/…`, the pages that robots.txt disallows, fields in the address that do not belong
//! to a search (`rdv-service-public`); other calls than the one for slots, other views, other keys in its JSON (`orion`).
//!
//! # Control
//!
//! The hosts `control.localhost`, `localhost` and `127.0.0.1` answer `/requests` and `/violations` (a line of JSON each),
//! `/truth?from=&to=` and `/now` (JSON). What is asked of them is not logged. A client that does not resolve
//! `NAME.localhost` connects to the address and sends the name as `Host`.

mod address;
mod answer;
mod calendar;
mod chance;
mod clock;
mod ledger;
mod pages;
mod platform;
mod random;
mod request;
mod router;
mod rules;
mod script;
mod server;
mod session;
mod site;
mod state;
mod timeline;
mod truth;
mod weekly;

pub use clock::SimulatedClock;
pub use ledger::RequestLog;
pub use script::{DeskState, FormEntry, Script, ScriptError};
pub use server::{FakeSites, StartError};
pub use state::State;
pub use truth::{DeskTruth, FormTruth, Interval, Shares, Truth};

/// The script of the demonstration: invented towns with different habits.
pub const DEMO: &str = include_str!("../scripts/demo.toml");

/// A script with one form for every state and way of writing pages.
pub const BEHAVIOURS: &str = include_str!("../scripts/behaviours.toml");
