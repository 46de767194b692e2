//! The sentences about a place: true when some looks had no answer, and when booking was closed at some.

use guichet_model::{Cause, Offer, Outcome, civil::LocalHour};

use super::{
    fixture::{hourly, site_with},
    pages::text,
};

const OPEN: Outcome = Outcome::Open(Offer::UNTOLD);
const SILENT: Outcome = Outcome::Unknown(Cause::Overloaded);
const TARGET: &str = "93-bobigny/renouvellement";

/// The beginning of the answer for Seine-Saint-Denis after 20 days, 476 hours of them published, in both languages.
async fn answers(outcome: fn(LocalHour) -> Outcome) -> [String; 2] {
    let site = site_with(hourly(TARGET, 20, outcome), |_| {});
    let mut answers = [String::new(), String::new()];
    for (answer, lang) in answers.iter_mut().zip(["fr", "en"]) {
        let page = text(&site.page(&format!("/{lang}/?departement=93&procedure=renouvellement")).await);
        page.split("Seine-Saint-Denis (93) ").nth(1).unwrap().clone_into(answer);
    }
    answers
}

/// Each text starts as wanted.
fn assert_starts([fr, en]: &[String; 2], wanted_fr: &str, wanted_en: &str) {
    assert!(fr.starts_with(wanted_fr), "{}", fr.chars().take(400).collect::<String>());
    assert!(en.starts_with(wanted_en), "{}", en.chars().take(400).collect::<String>());
}

#[tokio::test]
async fn a_full_page_said_so_only_when_it_answered_about_slots() {
    let answers = answers(|at| match at.hour {
        3 => SILENT,
        4 => Outcome::Shut,
        _ => Outcome::Full,
    })
    .await;
    assert_starts(
        &answers,
        "Aucun créneau vu. Sur 477 passages prévus, la page a dit 437 fois s’il y avait un créneau. La \
         réponse était toujours non. Sur 477 passages prévus, la prise de rendez-vous était fermée 20 fois.",
        "No slot was seen. Of 477 planned looks, 437 told whether there was a slot. The \
         answer was always no. Of 477 planned looks, 20 found booking closed.",
    );
}

#[tokio::test]
async fn a_page_that_is_mostly_closed_is_called_so_before_its_slots() {
    let outcome = |at: LocalHour| if matches!(at.hour, 9 | 10) { OPEN } else { Outcome::Shut };
    assert_starts(
        &answers(outcome).await,
        "La prise de rendez-vous était le plus souvent fermée. Quand elle était ouverte, \
         des créneaux étaient souvent visibles. Quand la prise de rendez-vous était ouverte, un créneau était visible \
         environ 10 fois sur 10. Sur 477 passages prévus, la prise de rendez-vous était fermée 437 fois.",
        "Booking was mostly closed. When it was open, slots were often visible. When booking \
         was switched on, a slot was visible about 10 times in 10. Of 477 planned looks, 437 found booking closed.",
    );
    let often_silent = |at: LocalHour| match at.hour {
        0..8 => SILENT,
        8..20 => Outcome::Shut,
        _ => Outcome::Full,
    };
    assert_starts(
        &answers(often_silent).await,
        "Quand la page répondait, la prise de rendez-vous était le plus souvent fermée. Aucun créneau vu.",
        "When the page answered, booking was mostly closed. No slot was seen.",
    );
    let site = site_with(hourly(TARGET, 20, outcome), |_| {});
    for (path, wanted) in [
        ("/fr/guichet/93-bobigny/renouvellement", "La prise de rendez-vous était le plus souvent fermée."),
        ("/en/guichet/93-bobigny/renouvellement", "Booking was mostly closed."),
        ("/fr/?procedure=renouvellement", "fermée 437 fois sur 477"),
        ("/en/?procedure=renouvellement", "closed at 437 of 477"),
        ("/fr/departement/93", "Sur 477 passages prévus, la prise de rendez-vous était fermée 437 fois."),
        ("/en/departement/93", "Of 477 planned looks, 437 found booking closed."),
        ("/fr/departement/93", "Quand la prise de rendez-vous était ouverte : un créneau 100 % du temps"),
        ("/en/departement/93", "When booking was switched on: a slot 100 % of the time"),
    ] {
        let page = text(&site.page(path).await);
        assert!(page.contains(wanted), "{path}: {wanted}: {page}");
    }
}

#[tokio::test]
async fn a_share_is_that_of_the_time_in_which_the_page_answered() {
    for (outcome, fr, en) in [
        (
            (|at: LocalHour| if at.hour.is_multiple_of(3) { Outcome::Full } else { OPEN })
                as fn(LocalHour) -> Outcome,
            "Des créneaux étaient souvent visibles. Un créneau était visible environ 7 fois sur 10. Trop peu de données pour dire la chance",
            "Slots were often visible. A slot was visible about 7 times in 10. Too little data to tell the chance",
        ),
        (
            |at| match at.hour {
                9 => SILENT,
                10 => OPEN,
                _ => Outcome::Full,
            },
            "Des créneaux étaient rarement visibles. Quand la page répondait, un créneau était visible environ 1 fois \
             sur 23.",
            "Slots were rarely visible. When the page answered, a slot was visible about 1 time in 23.",
        ),
        (
            |at| match at.hour {
                8 => Outcome::Shut,
                9 => SILENT,
                10..14 => OPEN,
                _ => Outcome::Full,
            },
            "Des créneaux étaient parfois visibles. Quand la page répondait et que la prise de rendez-vous était \
             ouverte, un créneau était visible environ 1 fois sur 6. Sur 477 passages prévus, la prise de rendez-vous était \
             fermée 20 fois.",
            "Slots were sometimes visible. When the page answered and booking was switched on, a slot was visible \
             about 1 time in 6. Of 477 planned looks, 20 found booking closed.",
        ),
    ] {
        let answers = answers(outcome).await;
        assert_starts(&answers, fr, en);
        assert!(!answers[0].contains("Part du temps avec") && !answers[1].contains("Share of the time with"));
    }
}

#[tokio::test]
async fn a_page_that_was_closed_or_silent_is_not_said_to_be_closed_at_every_look() {
    let answers = answers(|at| if at.hour == 9 { SILENT } else { Outcome::Shut }).await;
    assert_starts(
        &answers,
        "Quand la page répondait, la prise de rendez-vous était fermée. Sur 477 passages prévus, elle était fermée 457 fois. \
         Nous n’avons jamais vu de calendrier.",
        "When the page answered, booking was closed. Of 477 planned looks, 457 found it closed. We never saw a calendar.",
    );
}

#[tokio::test]
async fn the_legend_does_not_say_that_a_full_page_always_said_so() {
    let site = site_with(Vec::new(), |_| {});
    for (path, wanted) in [
        ("/fr/", "assez de données, et toujours « complet » quand la page parlait de créneaux"),
        ("/en/", "enough data, and always “full” when the page told about slots"),
    ] {
        assert!(text(&site.page(path).await).contains(wanted), "{path}");
    }
}
