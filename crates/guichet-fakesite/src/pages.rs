//! The pages as HTML, and as the bytes of their charset. What never enters: which page is due.

use encoding_rs::{Encoding, ISO_8859_15, UTF_8, WINDOWS_1252};
use minijinja::{Environment, Error, Value, context, value::Serde};

use crate::{
    address::Platform,
    calendar::Week,
    script::{Apostrophe, Charset, Form, Host, Language, Skin},
};

/// Every template by name.
const TEMPLATES: [(&str, &str); 14] = [
    ("old.html", include_str!("pages/old.html")),
    ("dsfr.html", include_str!("pages/dsfr.html")),
    ("form.html", include_str!("pages/form.html")),
    ("notice.html", include_str!("pages/notice.html")),
    ("changed.html", include_str!("pages/changed.html")),
    ("bare.html", include_str!("pages/bare.html")),
    ("challenge.html", include_str!("pages/challenge.html")),
    ("rdv_prefecture.html", include_str!("pages/rdv_prefecture.html")),
    ("rdv_prefecture_step.html", include_str!("pages/rdv_prefecture_step.html")),
    ("eappointment.html", include_str!("pages/eappointment.html")),
    ("eappointment_step.html", include_str!("pages/eappointment_step.html")),
    ("service_public.html", include_str!("pages/service_public.html")),
    ("service_public_search.html", include_str!("pages/service_public_search.html")),
    ("orion.html", include_str!("pages/orion.html")),
];

/// How a page looks and is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    host: &'a str,
    place: &'a str,
    title: &'a str,
    layout: &'static str,
    apostrophe: Apostrophe,
    charset: Charset,
}

/// The template around a form's pages.
fn layout(form: &Form) -> &'static str {
    match (form.address.platform(), form.skin) {
        (Platform::EzBooking, Skin::Old) => "old.html",
        (Platform::EzBooking, Skin::Dsfr) => "dsfr.html",
        (Platform::RdvPrefecture, _) => "rdv_prefecture.html",
        (Platform::Eappointment, _) => "eappointment.html",
        (Platform::ServicePublic, _) => "service_public.html",
        (Platform::Orion, _) => "orion.html",
    }
}

impl<'a> Look<'a> {
    /// The look of a form's pages.
    pub(crate) fn of_form(host: &'a Host, form: &'a Form) -> Self {
        Self {
            host: &host.name,
            place: host.facts.name.as_ref().unwrap_or(&host.name),
            title: &form.title,
            layout: layout(form),
            apostrophe: form.apostrophe,
            charset: form.charset,
        }
    }

    /// The look of a host's other pages: that of its first form.
    pub(crate) fn of_host(host: &'a Host) -> Self {
        let form = host.forms.first();
        Self {
            host: &host.name,
            place: host.facts.name.as_ref().unwrap_or(&host.name),
            title: "Accueil",
            layout: form.map_or("old.html", layout),
            apostrophe: form.map_or(Apostrophe::Straight, |form| form.apostrophe),
            charset: form.map_or(Charset::Utf8, |form| form.charset),
        }
    }

    fn context(&self) -> Value {
        context! {
            host => self.host,
            place => self.place,
            title => self.title,
            dsfr => self.layout == "dsfr.html",
            layout => self.layout,
            charset => self.charset.label(),
        }
    }

    /// The page's text, in this look's apostrophes, as bytes of its charset.
    fn bytes(&self, html: &str) -> Vec<u8> {
        // Templates have only the typographic one, so that no markup is touched.
        let text = match self.apostrophe {
            Apostrophe::Straight => html.replace('’', "'"),
            Apostrophe::Typographic => html.to_owned(),
        };
        self.charset.encoding().encode(&text).0.into_owned()
    }

    /// The `Content-Type` header.
    pub(crate) fn content_type(&self) -> String {
        format!("text/html; charset={}", self.charset.label())
    }
}

impl Charset {
    fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Latin1 => "iso-8859-1",
            Self::Latin9 => "iso-8859-15",
        }
    }

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            // What everyone sends and reads under the name of ISO-8859-1.
            Self::Latin1 => WINDOWS_1252,
            Self::Latin9 => ISO_8859_15,
        }
    }
}

/// An address of a form for an attribute: of words, slashes and what divides a query.
pub(crate) fn link(path: &str) -> Value {
    Value::from_safe_string(path.replace('&', "&amp;"))
}

/// A step of the walk, with what its page needs.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    Start { error: Option<&'static str> },
    Desks { error: Option<&'static str> },
    Full,
    Description { desk: &'a str },
    Calendar(Box<Week>),
}

/// The HTML of every page.
#[derive(Debug)]
pub(crate) struct Pages {
    templates: Environment<'static>,
}

impl Pages {
    /// # Errors
    /// When a template is not well-formed.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut templates = Environment::new();
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        Ok(Self { templates })
    }

    /// A platform's own page.
    ///
    /// # Errors
    /// When the template cannot be filled in.
    pub(crate) fn render(&self, template: &str, look: &Look<'_>, more: Value) -> Result<Vec<u8>, Error> {
        let html = self.templates.get_template(template)?.render(context! { ..more, ..look.context() })?;
        Ok(look.bytes(&html))
    }

    /// A page of the walk.
    pub(crate) fn step(&self, look: &Look<'_>, form: &Form, step: &Step<'_>) -> Result<Vec<u8>, Error> {
        let english = form.language == Language::HalfEnglish;
        let desks = || {
            form.desks
                .iter()
                .map(|desk| context! { id => desk.id, label => desk.label.as_str() })
                .collect::<Vec<Value>>()
        };
        let (number, heading, more) = match step {
            Step::Start { error } => (0, form.title.as_str(), context! { error }),
            Step::Desks { error } => {
                (1, "Choix de la nature du rendez-vous", context! { error, desks => desks() })
            }
            Step::Full => (2, "Vérification de disponibilité", context! { english }),
            Step::Description { desk } => {
                (3, "Description de la nature du rendez-vous", context! { desk => *desk })
            }
            Step::Calendar(week) => {
                (4, "Choix d’une plage horaire", context! { week => Value::from(Serde(week)) })
            }
        };
        let more = context! { id => form.id, step => number, heading, ..more };
        self.render("form.html", look, more)
    }

    /// A page of the site with a few lines, and links to forms.
    pub(crate) fn notice(
        &self,
        look: &Look<'_>,
        heading: &str,
        lines: &[&str],
        forms: &[Form],
    ) -> Result<Vec<u8>, Error> {
        let forms: Vec<Value> = forms
            .iter()
            .map(|form| context! { path => link(&form.path()), title => form.title.as_str() })
            .collect();
        self.render(
            "notice.html",
            look,
            context! { heading, lines => lines.iter().copied().collect::<Value>(), forms },
        )
    }

    /// A server's own page without the site's look.
    pub(crate) fn bare(&self, look: &Look<'_>, heading: &str, lines: &[&str]) -> Result<Vec<u8>, Error> {
        self.render(
            "bare.html",
            look,
            context! { heading, lines => lines.iter().copied().collect::<Value>() },
        )
    }

    /// A plausible page without any marker of the platform.
    pub(crate) fn changed(&self, look: &Look<'_>) -> Result<Vec<u8>, Error> {
        self.render("changed.html", look, context! {})
    }

    /// A shield's JavaScript challenge.
    pub(crate) fn challenge(&self, look: &Look<'_>) -> Result<Vec<u8>, Error> {
        self.render("challenge.html", look, context! {})
    }
}
