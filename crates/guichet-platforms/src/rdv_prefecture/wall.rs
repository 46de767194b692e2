//! The CAPTCHA before the slots: `CaptchEtat`, as its element in the page as it comes and as what that becomes in a
//! browser, or for a while reCAPTCHA. What never enters: what it asks.

use scraper::{ElementRef, Html};

use super::calendar::is_hidden_by_class;
use crate::{
    Markers,
    document::{elements, visible_elements_without},
    text,
};

/// Whether the platform's own CAPTCHA stands on a page.
pub(super) fn stands(page: &Html, markers: &mut Markers) -> bool {
    // Whether it is rendered yet does not matter: it says nothing about slots.
    let shown = || {
        let root = elements(page).next();
        root.into_iter().flat_map(|root| visible_elements_without(root, is_hidden_by_class))
    };
    // Any site may have a reCAPTCHA: it is the platform's only on a page of the platform's making.
    markers.look("the CAPTCHA of the State (CaptchEtat)", shown().any(is_captchetat))
        || (markers.look("a reCAPTCHA", shown().any(is_recaptcha)) && is_of_the_platform(page, markers))
}

/// Whether the page is of the platform's making: it keeps its state, sends its CAPTCHA or has its title.
pub(super) fn is_of_the_platform(page: &Html, markers: &mut Markers) -> bool {
    let titled = |element: ElementRef<'_>| {
        ["title", "h1", "h2"].contains(&element.value().name())
            && text::element_text(element).contains("constituez votre dossier")
    };
    let sends = |element: ElementRef<'_>| {
        let to = ["action", "formaction"].iter().filter_map(|name| element.attr(name));
        to.into_iter().any(|to| to.contains("_validerCaptcha"))
    };
    let made = elements(page).any(|it| it.value().id() == Some("vui-init-data") || sends(it) || titled(it));
    markers.look("a page of RDV-Préfecture's making", made)
}

fn is_captchetat(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let is_answer = value.name() == "input" && value.attr("name") == Some("captchaUsercode");
    ["rdv-captchetat", "captchetat"].contains(&value.name())
        || value.id().is_some_and(|id| id == "BDC_CaptchaComponent" || id.eq_ignore_ascii_case("captchetat"))
        || is_answer
}

fn is_recaptcha(element: ElementRef<'_>) -> bool {
    element.value().classes().any(|class| class == "g-recaptcha")
}
