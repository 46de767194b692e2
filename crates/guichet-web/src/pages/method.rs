//! How the figures come about, in plain words. What never enters: figures.

use minijinja::{context, value::Serde};

use crate::{app::App, failure::Failure, lang::Lang};

impl App {
    pub(crate) fn method_page(&self, lang: Lang) -> Result<String, Failure> {
        let snapshot = self.snapshot()?;
        let context = context! { frame => Serde(self.frame(lang, "methode", Some(&snapshot))) };
        Ok(self.pages.render(lang, "method.html", context)?)
    }
}
