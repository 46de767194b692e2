//! The CAPTCHA before the slots: `CaptchEtat`, as its element in the page as it comes and as what that becomes in a
//! browser, or for a while reCAPTCHA. What never enters: what it asks.

use scraper::{ElementRef, Html};

use super::calendar::is_hidden_by_class;
use crate::{
    Markers,
    document::{elements, visible_elements_without},
    text,
};

/// Whether the platform's own CAPTCHA stands on the page of conditions: nothing else can be meant there by its element,
/// be it in a template that a script shows later. What that becomes in a browser must be seen.
pub(super) fn stands_on_the_conditions(page: &Html, markers: &mut Markers) -> bool {
    let element = elements(page).any(|element| element.value().name() == "rdv-captchetat");
    markers.look("the CAPTCHA's own element (rdv-captchetat), seen or not", element) || stands(page, markers)
}

/// Whether a form or a button is seen that sends the answer to the CAPTCHA, whichever that is.
pub(super) fn sends_on(page: &Html) -> bool {
    shown(page).any(sends_the_answer)
}

/// Whether the platform's own CAPTCHA stands on a page.
pub(super) fn stands(page: &Html, markers: &mut Markers) -> bool {
    // Any site may have a reCAPTCHA: it is the platform's only on a page of the platform's making.
    markers.look("the CAPTCHA of the State (CaptchEtat)", shown(page).any(is_captchetat))
        || (markers.look("a reCAPTCHA", shown(page).any(is_recaptcha)) && is_of_the_platform(page, markers))
}

/// Whether the page is of the platform's making: it keeps its state, sends its CAPTCHA or has its title.
pub(super) fn is_of_the_platform(page: &Html, markers: &mut Markers) -> bool {
    let titled = |element: ElementRef<'_>| {
        ["title", "h1", "h2"].contains(&element.value().name())
            && text::heading_text(element).contains("constituez votre dossier")
    };
    let made = elements(page)
        .any(|it| it.value().id() == Some("vui-init-data") || sends_the_answer(it) || titled(it));
    markers.look("a page of RDV-Préfecture's making", made)
}

/// What is shown of a page; whether it is rendered yet does not matter: it says nothing about slots.
fn shown(page: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    let root = elements(page).next();
    root.into_iter().flat_map(|root| visible_elements_without(root, is_hidden_by_class))
}

fn sends_the_answer(element: ElementRef<'_>) -> bool {
    let mut to = ["action", "formaction"].iter().filter_map(|name| element.attr(name));
    to.any(|to| to.contains("_validerCaptcha"))
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
