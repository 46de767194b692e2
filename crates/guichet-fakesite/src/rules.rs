//! What nobody who only reads may ask: choosing a slot, managing bookings, personal data. What never enters: answers.

use crate::script::{ELSEWHERE, Host, Robots};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The home page.
    Home,
    /// A step of a form; 0 where none is named.
    Booking { form: u32, step: u32 },
    /// The module's internal calls.
    Internal,
    /// Other pages of the booking module: confirming and managing.
    OtherBooking,
    /// Anything else.
    Nowhere,
}

impl Place {
    pub(crate) fn of(path: &str) -> Self {
        let path = path.strip_prefix("/index.php").unwrap_or(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => Self::Home,
            ["ezjscore", ..] => Self::Internal,
            ["booking", "create", form, rest @ ..] => {
                let step = rest.first().map_or(Ok(0), |step| step.parse());
                match (form.parse(), step) {
                    (Ok(form), Ok(step)) => Self::Booking { form, step },
                    _ => Self::Nowhere,
                }
            }
            ["booking", ..] => Self::OtherBooking,
            _ => Self::Nowhere,
        }
    }
}

/// The fields that a reader of availability sends.
const FIELDS: [&str; 4] = ["condition", "nextButton", "planning", "finishButton"];

/// What is forbidden about a request, if anything is; `host` is `None` where the name is not one of the script.
pub(crate) fn violation(
    host: Option<&Host>,
    name: &str,
    method: &str,
    path: &str,
    form: &[(String, String)],
) -> Option<String> {
    if name == ELSEWHERE {
        return Some("followed a redirect to another host".to_owned());
    }
    if path == "/robots.txt" {
        return None;
    }
    if host.is_some_and(|host| host.robots == Robots::DisallowAll) {
        return Some("asked for a page that robots.txt disallows".to_owned());
    }
    if !["GET", "HEAD", "POST"].contains(&method) {
        return Some(format!("used the method {method}"));
    }
    match Place::of(path) {
        Place::Booking { step, .. } if step >= 5 => {
            return Some(format!("asked for step {step}, behind the choice of a slot"));
        }
        Place::Booking { step, .. } if step >= 2 && method == "POST" => {
            return Some(format!("posted to step {step}"));
        }
        Place::Internal => return Some("made an internal call of the page".to_owned()),
        Place::OtherBooking => return Some("asked for a page that manages bookings".to_owned()),
        _ => {}
    }
    let (field, _) = form.iter().find(|(field, _)| !FIELDS.contains(&field.as_str()))?;
    let field: String = field.chars().take(40).collect();
    Some(format!("sent the field `{field}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_a_form_and_a_step_or_nowhere() {
        for (path, place) in [
            ("/", Place::Home),
            ("/booking/create/12069", Place::Booking { form: 12069, step: 0 }),
            ("/booking/create/12069/", Place::Booking { form: 12069, step: 0 }),
            ("/index.php/booking/create/7/2", Place::Booking { form: 7, step: 2 }),
            ("/booking/create/7/5/1774220400", Place::Booking { form: 7, step: 5 }),
            ("/booking/create/x", Place::Nowhere),
            ("/booking/create/7/x", Place::Nowhere),
            ("/booking/confirm/abc", Place::OtherBooking),
            ("/ezjscore/call/bookingserver::planning::assign::7::8::0", Place::Internal),
            ("/Demarches", Place::Nowhere),
        ] {
            assert_eq!(Place::of(path), place, "{path}");
        }
    }

    #[test]
    fn reading_is_allowed_and_all_that_comes_after_it_is_not() {
        let judged = |method: &str, path: &str, fields: &[&str]| {
            let form: Vec<(String, String)> =
                fields.iter().map(|field| ((*field).to_owned(), "x".to_owned())).collect();
            violation(None, "fauxville", method, path, &form)
        };
        assert_eq!(judged("GET", "/booking/create/7/4", &[]), None);
        assert_eq!(judged("POST", "/booking/create/7/0", &["condition", "nextButton"]), None);
        assert_eq!(judged("POST", "/booking/create/7/1", &["planning", "nextButton"]), None);
        for (method, path, fields) in [
            ("GET", "/booking/create/7/5/1774220400", [].as_slice()),
            ("GET", "/booking/create/7/8", &[]),
            ("POST", "/booking/create/7/3", &["nextButton"]),
            ("POST", "/booking/create/7/4", &["nextButton"]),
            ("POST", "/booking/create/7/0", &["condition", "manageButton"]),
            ("POST", "/booking/create/7/0", &["condition", "email"]),
            ("GET", "/ezjscore/call/x", &[]),
            ("GET", "/booking/confirm/x", &[]),
            ("DELETE", "/", &[]),
        ] {
            assert!(judged(method, path, fields).is_some(), "{method} {path} {fields:?}");
        }
    }
}
