//! What nobody who only reads may ask, on whatever platform; a platform's own rules are in its room. What never
//! enters: answers.

use crate::{
    platform,
    request::Request,
    script::{ELSEWHERE, Host, Robots},
};

/// What is forbidden about a request, if anything is; `host` is `None` where the name is not one of the script.
pub(crate) fn violation(host: Option<&Host>, name: &str, request: &Request<'_>) -> Option<String> {
    if name == ELSEWHERE {
        return Some("followed a redirect to another host".to_owned());
    }
    if request.path == "/robots.txt" {
        return None;
    }
    if host.is_some_and(|host| host.robots == Robots::DisallowAll) {
        return Some("asked for a page that robots.txt disallows".to_owned());
    }
    if !["GET", "HEAD", "POST"].contains(&request.method) {
        return Some(format!("used the method {}", request.method));
    }
    platform::violation(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_allowed_and_all_that_comes_after_it_is_not() {
        let judged = |method: &str, path: &str, fields: &[&str]| {
            let form: Vec<(String, String)> =
                fields.iter().map(|field| ((*field).to_owned(), "x".to_owned())).collect();
            let request = Request { method, path, query: None, params: &[], form: &form, text: "" };
            violation(None, "fauxville", &request)
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
            ("POST", "/", &["condition"]),
        ] {
            assert!(judged(method, path, fields).is_some(), "{method} {path} {fields:?}");
        }
    }
}
