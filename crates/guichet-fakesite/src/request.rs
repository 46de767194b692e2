//! What a site is asked, and the words for what was sent beside what is known. What never enters: answers, sockets.

use guichet_model::Instant;

/// What came over the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// What followed the `?`, as it was written.
    pub(crate) query: Option<&'a str>,
    /// The same, taken apart.
    pub(crate) params: &'a [(String, String)],
    /// The submitted form.
    pub(crate) form: &'a [(String, String)],
    /// What was submitted as plain text or JSON instead.
    pub(crate) text: &'a str,
}

impl<'a> Request<'a> {
    pub(crate) fn is_post(&self) -> bool {
        self.method == "POST"
    }

    pub(crate) fn field(&self, name: &str) -> Option<&'a str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(param, _)| param == name).map(|(_, value)| value.as_str())
    }

    /// The path between its slashes.
    pub(crate) fn parts(&self) -> Vec<&'a str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// What is forbidden about the first field of the form that is not one of these.
    pub(crate) fn field_beside(&self, fields: &[&str]) -> Option<String> {
        sent_beside(self.form, fields)
    }

    /// The same about the query.
    pub(crate) fn param_beside(&self, fields: &[&str]) -> Option<String> {
        sent_beside(self.params, fields)
    }
}

/// What a site is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) request: Request<'a>,
    /// A session of this host.
    pub(crate) session: Option<&'a str>,
    pub(crate) at: Instant,
    /// The port that all hosts share.
    pub(crate) port: u16,
}

fn sent_beside(pairs: &[(String, String)], fields: &[&str]) -> Option<String> {
    pairs.iter().find(|(field, _)| !fields.contains(&field.as_str())).map(|(field, _)| sent(field))
}

/// A field in words, short whatever was sent.
pub(crate) fn sent(field: &str) -> String {
    let field: String = field.chars().take(40).collect();
    format!("sent the field `{field}`")
}
