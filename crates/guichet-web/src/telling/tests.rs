use guichet_model::Counts;
use guichet_stats::{
    Needed,
    chance::HORIZONS,
    changes::ChangeKind,
    class::{Class, ClassSet},
    report::PeriodStart,
};

use super::*;
use crate::tests::built::{chance, changed, class, few, pooled, poor, rich};

fn text(sentences: &[String]) -> String {
    sentences.join("\n").replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn a_report_with_every_figure_is_told_whole() {
    insta::assert_snapshot!("rich_en", text(&tell(&rich(), "en")));
    insta::assert_snapshot!("rich_fr", text(&tell(&rich(), "fr")));
}

#[test]
fn six_days_are_told_as_too_little_and_give_no_figure() {
    insta::assert_snapshot!("poor_en", text(&tell(&poor(), "en")));
    insta::assert_snapshot!("poor_fr", text(&tell(&poor(), "fr")));
}

#[test]
fn what_changed_is_told_first() {
    insta::assert_snapshot!("changed_en", text(&tell(&changed(), "en")));
    insta::assert_snapshot!("changed_fr", text(&tell(&changed(), "fr")));
}

#[test]
fn several_pages_are_told_with_how_many_they_are() {
    insta::assert_snapshot!("pooled_en", text(&tell_pooled(&pooled(), "en")));
    insta::assert_snapshot!("pooled_fr", text(&tell_pooled(&pooled(), "fr")));
    let days = few(Needed::Days, 6.0, 28.0);
    let new = Pooled { chance: HORIZONS.map(|d| (d, Err(days))).to_vec(), class: Err(days), ..pooled() };
    assert_eq!(
        text(&tell_pooled(&new, "en")),
        "Too little data to tell the chance to see a slot and whether it is realistic: 6 of 28 days."
    );
}

#[test]
fn a_chance_with_an_upper_bound_only_has_no_point() {
    let rare = Chance { p_see: None, interval: Interval { lo: 0.0, hi: 0.08 }, ..chance(14, 0.5) };
    let report = Report { chance: vec![(1, Ok(chance(1, 0.2))), (14, Ok(rare))], ..rich() };
    let told = text(&tell(&report, "en"));
    assert!(told.contains("a slot in 8.0 % of cases at most (95 % interval)"), "{told}");
    assert!(!told.contains("Half of these people"), "{told}");
}

#[test]
fn the_longest_told_horizon_that_has_a_figure_is_told() {
    let days = few(Needed::Days, 40.0, 56.0);
    let report = Report {
        chance: vec![(7, Ok(chance(7, 0.4))), (14, Err(days)), (30, Err(days))],
        class: Err(few(Needed::Days, 40.0, 42.0)),
        ..rich()
    };
    let told = text(&tell(&report, "en"));
    assert!(
        told.contains("for 7 days would have seen a slot in 40 % of cases (between 23 % and 55 %)"),
        "{told}"
    );
    assert!(told.contains("Too little data to tell whether it is realistic: 40 of 42 days."), "{told}");
}

#[test]
fn a_pattern_that_chance_could_make_or_that_was_not_tested_is_not_told() {
    let pattern = rich().release.unwrap();
    for (q, lift_lo, wanted) in [
        (Some(0.01), 1.6, "mostly on Sundays"),
        (Some(0.2), 1.6, "no hour at which"),
        (Some(0.01), 1.4, "no hour at which"),
    ] {
        let lift_interval = Interval { lo: lift_lo, hi: 9.0 };
        let release = Ok(ReleasePattern { q_bh: q, lift_interval, ..pattern.clone() });
        let told = text(&tell(&Report { release, ..rich() }, "en"));
        assert!(told.contains(wanted), "{told}");
        assert_eq!(told.contains("Sundays"), wanted.contains("Sundays"));
    }
    let untested = Report { release: Ok(ReleasePattern { q_bh: None, ..pattern }), ..rich() };
    let told = text(&tell(&untested, "en"));
    assert!(!told.contains("Sundays") && !told.contains("no hour at which"), "{told}");
}

#[test]
fn every_word_of_the_recipes_has_its_message_in_every_language() {
    let sets: [&[Class]; 6] = [
        &[Class::A],
        &[Class::A, Class::B],
        &[Class::B],
        &[Class::B, Class::C],
        &[Class::C],
        &[Class::A, Class::B, Class::C],
    ];
    for lang in Lang::ALL {
        for (needed, word) in Needed::ALL {
            for need in [1.0, 28.0] {
                let told = too_little(lang, &Recipe::ALL, &few(needed, 0.5, need));
                assert!(!told.is_empty(), "{word} in {}", lang.code());
            }
        }
        for recipe in Recipe::ALL {
            assert!(!too_little(lang, &[recipe], &few(Needed::Days, 1.0, 2.0)).is_empty(), "{recipe:?}");
        }
        for set in sets {
            let mut telling = Telling::in_lang(lang);
            telling.class(&ClassSet { interval: Interval::VACUOUS, ..class(set) });
            assert_eq!(telling.sentences.len(), 1, "{set:?} in {}", lang.code());
        }
        for kind in [ChangeKind::Rate, ChangeKind::Hours] {
            let mut telling = Telling::in_lang(lang);
            let mut report = changed();
            report.changes.as_mut().unwrap().iter_mut().for_each(|change| change.kind = kind);
            changes::tell(&mut telling, &report);
            assert_eq!(telling.sentences.len(), 2, "{kind:?} in {}", lang.code());
        }
    }
}

#[test]
fn a_change_of_hours_is_told_as_far_as_both_periods_are_known() {
    let shown = rich().release.unwrap();
    let chancy = ReleasePattern { q_bh: Some(0.5), ..shown.clone() };
    let elsewhere = ReleasePattern { weekday: None, window_start_h: 9, ..shown.clone() };
    let unknown = Err(few(Needed::Openings, 3.0, 20.0));
    for (before, now, wanted) in [
        (
            Ok(shown.clone()),
            Ok(elsewhere),
            "slots appear mostly between 09:00 and 10:00, whatever the day; before, it was mostly on Sundays",
        ),
        (
            Ok(shown.clone()),
            Ok(chancy.clone()),
            "no fixed hour that we could find; before, it was mostly on Sundays between 23:00 and midnight.",
        ),
        (Ok(shown.clone()), unknown.clone(), "we do not know yet at which. Before, it was mostly on Sundays"),
        (
            Ok(chancy.clone()),
            Ok(shown.clone()),
            "appear mostly on Sundays between 23:00 and midnight; before, at no fixed hour",
        ),
        (unknown.clone(), Ok(shown.clone()), "we do not know the hours before."),
        (Ok(chancy), unknown, "slots appear at other hours than before."),
    ] {
        let mut report = changed();
        report.release = now;
        if let Some(last) = report.history.last_mut() {
            last.release = before;
        }
        let told = text(&tell(&report, "en"));
        assert!(told.contains("Since 12 May 2026, ") && told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn a_rate_is_told_no_stronger_than_its_looks_allow() {
    let told = |lower_bound, only_seen, lang| {
        let openings = Openings { lower_bound, only_seen, ..rich().openings.unwrap() };
        let mut telling = Telling::new(lang);
        telling.openings(&Openings { lifetime_min: None, ..openings });
        (text(&telling.sentences), telling.has_between)
    };
    for (lower_bound, only_seen, lang, wanted, has_between) in [
        (false, false, "en", "Slots appeared about 3.2 times a week (between 2.1 and 4.8). We saw", true),
        (true, false, "en", "Slots appeared at least 2.1 times a week (95 % sure). We saw", false),
        (true, true, "en", "at least 2.1 times a week (95 % sure; how much more often, our", false),
        (false, false, "fr", "sont apparus environ 3,2 fois par semaine (entre 2,1 et 4,8). Nous", true),
        (true, false, "fr", "sont apparus au moins 2,1 fois par semaine (sûr à 95 %). Nous", false),
    ] {
        let (told, between) = told(lower_bound, only_seen, lang);
        assert!(told.contains(wanted), "{wanted}: {told}");
        assert_eq!(between, has_between, "{told}");
        assert_eq!(told.contains("estimated") || told.contains("estimé"), has_between, "{told}");
    }
    let mut rare = Telling::new("en");
    rare.openings(&Openings {
        rate: Interval { lo: 0.043, hi: 0.2 },
        lower_bound: true,
        ..rich().openings.unwrap()
    });
    assert!(text(&rare.sentences).contains("at least 0.043 times a week"), "{:?}", rare.sentences);
}

#[test]
fn a_page_that_said_mostly_that_booking_is_closed_is_called_so_first() {
    let report = |shut, full, unknown| {
        let mut report = rich();
        report.availability.counts = Counts { shut, full, unknown, ..Counts::default() };
        report
    };
    let first = |report: &Report, lang| text(&tell(report, lang)[..1]);
    let always = report(5_760, 0, 0);
    assert_eq!(first(&always, "en"), "Booking was closed at 5,760 of 5,760 looks.");
    assert_eq!(first(&always, "fr"), "La prise de rendez-vous était fermée à 5 760 passages sur 5 760.");
    assert_eq!(first(&report(51, 49, 80), "en"), "Booking was closed at 51 of 180 looks.");
    assert_eq!(first(&report(1, 0, 0), "fr"), "La prise de rendez-vous était fermée à 1 passage sur 1.");
    assert!(!first(&report(49, 51, 80), "en").contains("closed"));
    let few = Report { availability: report(3, 0, 0).availability, ..poor() };
    let thin = Availability { days_observed: 1, ..few.availability.clone() };
    let told = tell(&Report { availability: thin, ..few }, "en");
    assert_eq!(told[0], "Booking was closed at 3 of 3 looks.");
    assert!(told[1].starts_with("Too little data"), "{told:?}");
}

#[test]
fn after_a_gap_the_time_since_is_told_and_when_nobody_looked() {
    let report = Report { starts: PeriodStart::Gap, changes: Ok(Vec::new()), ..changed() };
    assert_eq!(
        text(&tell(&report, "en")[..1]),
        "Between 11 May 2026 and 12 May 2026 nobody looked; what follows is about the time since."
    );
    assert_eq!(
        text(&tell(&report, "fr")[..1]),
        "Entre le 11 mai 2026 et le 12 mai 2026, personne n’a regardé ; la suite parle seulement du temps depuis."
    );
}

#[test]
fn a_forecast_without_an_interval_is_none_and_says_what_it_lacks() {
    let told = text(&tell(&changed(), "en"));
    assert!(!told.contains("What comes next"), "{told}");
    assert!(
        told.contains(
            "Too little data to tell what comes next: 40 of 100 past forecasts that we could check."
        ),
        "{told}"
    );
}

#[test]
fn a_pool_of_one_page_with_data_names_no_number_of_pages() {
    let one = HORIZONS.map(|d| (d, Ok(Chance { desks: 1, ..chance(d, 0.5) }))).to_vec();
    let told = text(&tell_pooled(&Pooled { chance: one, ..pooled() }, "en"));
    assert!(
        told.contains("for 14 days at the only page with enough data would have seen a slot in 50 %"),
        "{told}"
    );
}

#[test]
fn what_is_there_is_never_rounded_up_to_what_is_needed() {
    assert_eq!(
        too_little(Lang::En, &[Recipe::Openings], &few(Needed::ObservedDays, 13.9, 14.0)),
        "Too little data to tell how often slots appear: 13 of 14 observed days."
    );
    assert_eq!(
        text(&[too_little(Lang::Fr, &[Recipe::Cells, Recipe::Changes], &few(Needed::Coverage, 0.234, 0.5))]),
        "Trop peu de données pour dire la chance à chaque heure de la semaine et si les habitudes ont changé : \
         23,4 % du temps couvert, il faut 50 %."
    );
    let nearly = text(&[too_little(Lang::En, &[Recipe::Cells], &few(Needed::Coverage, 0.4999, 0.5))]);
    assert!(nearly.ends_with(": 49.9 % of the time covered, 50 % needed."), "{nearly}");
    let hair = text(&[amount(&few(Needed::Coverage, 0.497, 0.5), "fr")]);
    assert_eq!(hair, "49,7 % du temps couvert, il faut 50 %");
}
