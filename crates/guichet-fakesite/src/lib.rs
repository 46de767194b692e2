//! Invented prefectures' booking sites on loopback, played from a script whose truth is known.
//!
//! For development, demonstration and end-to-end tests only: it imitates how the pages of the eZ Publish booking
//! module behave (steps, redirects, cookies, phrases, errors), so that what a poller concludes can be held against
//! what was really so. What never enters: any other guichet crate than the model, any address but loopback, any real
//! site's text beyond its short marker phrases.
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
//! States: `open` (with `slots`), `full`, `shut`, `overloaded_200`, `overloaded_503`, `banned_403`,
//! `rate_limited_429` (both with `retry_after_s`, `retry_after_http_date`), `challenge`, `slow` (with `seconds`),
//! `redirect_loop`, `changed_layout`, `gone` (404), `link_off`, `no_calendar`, `foreign_redirect`, `huge_body`,
//! `redirect_to_slot` (`POST …/0` is answered 302 to `…/5/TIMESTAMP`) and `repost` (`POST …/0` is answered 307 to
//! `…/3`); whoever follows one of the last two goes on to book, which is a violation.
//!
//! **What holds when.** `timeline` and `random` may stand at a host, a form and a desk. In one timeline the last entry
//! that applies holds; random openings come on top of it and lift no veil. `open` and `full` are *supply*; every other
//! state is a *veil* over it, and below a veil the supply that was written last goes on. The outermost layer that says
//! something is right: host, then form, then desk. Where nothing is said a desk is full. `robots.txt` is answered as
//! written whatever holds.
//!
//! **Where a state shows.** With one desk (or what holds over the whole form) a veil shows from the first page on,
//! `no_calendar`, `redirect_to_slot` and `repost` once the conditions are accepted. With several desks, a desk's own
//! veil shows when it is chosen.
//!
//! **Truth.** A desk is open when it has slots and no veil that closes it (`shut`, `gone`, `link_off`,
//! `no_calendar`); behind any other veil it stays open unseen.
//!
//! # Control
//!
//! The hosts `control.localhost`, `localhost` and `127.0.0.1` answer `/requests` and `/violations` (a line of JSON each),
//! `/truth?from=&to=` and `/now` (JSON). What is asked of them is not logged. A client that does not resolve
//! `NAME.localhost` connects to the address and sends the name as `Host`.

mod calendar;
mod chance;
mod clock;
mod ledger;
mod pages;
mod random;
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
