//! What a failed exchange means. What never enters: pages.

use std::time::Duration;

use guichet_fetch::Failure;
use guichet_model::{Cause, Instant};
use url::Url;

/// Hosts that stand between a visitor and a page to sort people from robots, or to make them wait.
const CHALLENGERS: [&str; 6] = [
    "captcha-delivery.com",
    "queue-it.net",
    "queue-it.com",
    "perfdrive.com",
    "hcaptcha.com",
    "liveidentity.com",
];

/// What a failed exchange means.
pub(super) fn cause_of(failure: &Failure) -> Cause {
    match failure {
        Failure::RobotsDisallowed { .. } => Cause::Refused,
        Failure::RobotsUnavailable { status: Some(429), .. } => Cause::RateLimited,
        Failure::RobotsUnavailable { status: Some(_), .. } => Cause::Overloaded,
        Failure::RobotsUnavailable { source: Some(source), .. } => cause_of(source),
        Failure::ForeignRedirect { to, .. } if is_under(to, "franceconnect.gouv.fr") => Cause::LoginRequired,
        Failure::ForeignRedirect { to, .. } if CHALLENGERS.iter().any(|domain| is_under(to, domain)) => {
            Cause::Challenged
        }
        Failure::ForeignRedirect { .. }
        | Failure::ForbiddenRedirect { .. }
        | Failure::TooLarge { .. }
        | Failure::TooManyRedirects { .. } => Cause::Unrecognised,
        Failure::ForbiddenAddress { .. } | Failure::ForbiddenScheme { .. } | Failure::CrawlDelay { .. } => {
            Cause::Withheld
        }
        _ => Cause::Unreachable,
    }
}

/// How long a failure asks us to stay away from `now` on.
pub(super) fn stay_away(failure: &Failure, now: Instant) -> Option<Duration> {
    match failure {
        Failure::RobotsUnavailable { retry_at, .. } => (*retry_at - now).to_std().ok(),
        Failure::CrawlDelay { delay, .. } => Some(*delay),
        _ => None,
    }
}

fn is_under(url: &Url, domain: &str) -> bool {
    url.host_str()
        .is_some_and(|host| host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn each_way_to_fail_has_its_cause() {
        let host = || "exemple.gouv.fr".to_owned();
        let to = |url: &str| Failure::ForeignRedirect { host: host(), to: url.parse().unwrap() };
        let robots = |status, source: Option<Failure>| Failure::RobotsUnavailable {
            host: host(),
            status,
            retry_at: Instant::UNIX_EPOCH,
            source: source.map(Box::new),
        };
        for (failure, cause) in [
            (to("https://app.franceconnect.gouv.fr/api/v1/authorize"), Cause::LoginRequired),
            (to("https://franceconnect.gouv.fr.example.org/"), Cause::Unrecognised),
            (to("https://prefecture.queue-it.net/?c=x"), Cause::Challenged),
            (to("https://notqueue-it.net/"), Cause::Unrecognised),
            (
                Failure::ForbiddenRedirect {
                    host: host(),
                    to: "https://exemple.gouv.fr/booking/create/1/5/1".parse().unwrap(),
                },
                Cause::Unrecognised,
            ),
            (Failure::CrawlDelay { host: host(), delay: Duration::from_hours(24) }, Cause::Withheld),
            (Failure::RobotsDisallowed { host: host() }, Cause::Refused),
            (robots(Some(429), None), Cause::RateLimited),
            (robots(Some(503), None), Cause::Overloaded),
            (robots(None, Some(to("https://ailleurs.example/"))), Cause::Unrecognised),
            (robots(None, None), Cause::Unreachable),
            (Failure::Dns { host: host() }, Cause::Unreachable),
            (Failure::TooLarge { host: host(), cap: 1 }, Cause::Unrecognised),
            (Failure::TooManyRedirects { host: host(), limit: 5 }, Cause::Unrecognised),
            (Failure::ForbiddenAddress { host: host() }, Cause::Withheld),
        ] {
            assert_eq!(cause_of(&failure), cause, "{failure}");
        }
    }

    #[test]
    fn a_closed_robots_txt_and_a_long_crawl_delay_keep_us_away() {
        let now: Instant = "2026-03-02T08:00:00Z".parse().unwrap();
        let retry_at = now + TimeDelta::hours(3);
        let robots =
            Failure::RobotsUnavailable { host: String::new(), status: Some(503), retry_at, source: None };
        assert_eq!(stay_away(&robots, now), Some(Duration::from_hours(3)));
        let delay = Failure::CrawlDelay { host: String::new(), delay: Duration::from_hours(24) };
        assert_eq!(stay_away(&delay, now), Some(Duration::from_hours(24)));
        assert_eq!(stay_away(&Failure::Dns { host: String::new() }, now), None);
    }
}
