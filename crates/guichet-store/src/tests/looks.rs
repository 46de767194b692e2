//! Looks: written and read back by day, and what is said where their bytes are damaged.

use chrono::{DateTime, TimeDelta};
use guichet_model::{
    Dates, DatesClass, Instant, Look, Observation, Offer, Outcome, Purpose, Seen, SlotCount,
};
use proptest::{collection::vec, prelude::*};

use super::{derived_rows, id, record, refused, rows, seen, utc, zone_of};
use crate::{
    Reader, Store, StoreError,
    look_codec::{self, NoLooks},
};

const TARGET: &str = "92-nanterre/asile";
/// 5 January 2026.
const DAY: i64 = 20_458;

fn at(day: i64, ms: i64) -> Instant {
    DateTime::from_timestamp_millis(day * 86_400_000 + ms).unwrap()
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let class = prop::sample::select(vec![
        DatesClass::TwoOrMore,
        DatesClass::One,
        DatesClass::OneOrMore,
        DatesClass::Later,
        DatesClass::Untold,
    ]);
    let lead = prop::option::of(prop_oneof![any::<u32>(), 0_u32..200, Just(u32::MAX)]);
    prop_oneof![
        Just(Seen::Full),
        Just(Seen::Shut),
        Just(Seen::Unknown),
        (class, lead).prop_map(|(class, lead_min)| Seen::Open(Dates { class, lead_min })),
    ]
}

/// Looks of one day in order, often several at one instant.
fn day_of_looks() -> impl Strategy<Value = (i64, Vec<Look>)> {
    let ms = prop_oneof![0_i64..86_400_000, 0_i64..5, Just(86_399_999)];
    (0_i64..2_932_896, vec((ms, any::<bool>(), any_seen()), 1..40)).prop_map(|(day, looks)| {
        let look = |(ms, is_base, seen)| Look { at: at(day, ms), is_base, seen };
        let mut looks: Vec<Look> = looks.into_iter().map(look).collect();
        looks.sort();
        (day, looks)
    })
}

fn decoded(day: i64, bytes: &[u8]) -> Result<Vec<Look>, NoLooks> {
    let mut looks = Vec::new();
    look_codec::decode(day, bytes, &mut looks).map(|()| looks)
}

proptest! {
    #[test]
    fn looks_come_back_as_they_were((day, looks) in day_of_looks()) {
        prop_assert_eq!(look_codec::day_of(looks[0].at), day);
        prop_assert_eq!(decoded(day, &look_codec::encode(&looks)), Ok(looks));
    }

    #[test]
    fn bytes_are_refused_or_are_the_only_ones_for_their_looks(
        day in prop_oneof![any::<i64>(), 0_i64..30_000],
        bytes in vec(prop_oneof![any::<u8>(), 0_u8..16], 0..60),
    ) {
        if let Ok(looks) = decoded(day, &bytes) {
            prop_assert!(looks.is_sorted() && looks.iter().all(|look| look_codec::day_of(look.at) == day));
            prop_assert_eq!(look_codec::encode(&looks), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_changes_the_looks(
        (day, looks) in day_of_looks(), place in any::<prop::sample::Index>(), change in 1_u8..=255, cut in any::<bool>(),
    ) {
        let sound = look_codec::encode(&looks);
        let place = place.index(sound.len());
        let mut damaged = sound.clone();
        damaged[place] ^= change;
        if cut {
            damaged.truncate(place);
        }
        if let Ok(others) = decoded(day, &damaged) {
            prop_assert!(others != looks);
            prop_assert_eq!(look_codec::encode(&others), damaged);
        }
    }
}

#[test]
fn each_kind_of_damage_has_its_words() {
    for (day, bytes, why) in [
        (DAY, &[][..], NoLooks::Empty),
        (i64::MAX, &[0, 8], NoLooks::Day),
        (DAY, &[5], NoLooks::CutShort),
        (DAY, &[0x85], NoLooks::CutShort),
        (DAY, &[5, 11], NoLooks::CutShort),
        (DAY, &[0x85, 0, 8], NoLooks::Number),
        (DAY, &[0x85, 0x85, 0x85, 0x85, 0x85, 1, 8], NoLooks::Number),
        (DAY, &[5, 11, 0x80, 0x80, 0x80, 0x80, 0x20], NoLooks::Number),
        (DAY, &[5, 16], NoLooks::Tag(16)),
        (DAY, &[5, 255], NoLooks::Tag(255)),
        (DAY, &[0x80, 0xb8, 0x99, 0x29, 8], NoLooks::OtherDay),
        (DAY, &[5, 9, 0, 1], NoLooks::Order),
    ] {
        assert_eq!(decoded(day, bytes), Err(why), "{bytes:?}");
    }
    let last_milli = [0xff, 0xb7, 0x99, 0x29, 9];
    assert_eq!(
        decoded(DAY, &last_milli),
        Ok(vec![Look { at: utc("2026-01-05T23:59:59.999Z"), is_base: true, seen: Seen::Full }])
    );
}

#[test]
fn a_look_takes_about_five_bytes() {
    let open = Seen::Open(Dates { class: DatesClass::OneOrMore, lead_min: Some(20_000) });
    let day = |seen| -> Vec<Look> {
        (0..96)
            .map(|n| Look { at: at(DAY, n * 900_000 + n * 7_919 % 400_000), is_base: true, seen })
            .collect()
    };
    let bytes = [Seen::Full, open].map(|seen| look_codec::encode(&day(seen)).len());
    assert!(bytes[0] <= 4 * 96 && bytes[1] <= 7 * 96, "{bytes:?}");
}

#[test]
fn what_is_finer_than_a_millisecond_makes_no_other_look_than_the_log_does() {
    // The earliest slot lies a hair beyond thirty days, which the log does not keep.
    let offer = |earliest: &str| {
        Outcome::Open(Offer { slots: SlotCount::Exact(1), earliest: Some(utc(earliest)), horizon: None })
    };
    let fine = seen(TARGET, "2026-01-05T08:00:00.0000009Z", offer("2026-02-04T08:00:00.0000999Z"));
    let leap = seen(TARGET, "2016-12-31T23:59:30Z", offer("2016-12-31T23:59:60.5Z"));
    let mut recorded = Store::open_in_memory().unwrap();
    let mut imported = Store::open_in_memory().unwrap();
    for observation in [&fine, &leap] {
        record(&mut recorded, observation).unwrap();
    }
    imported.import(&mut [fine, leap].into_iter(), &zone_of).unwrap();
    assert_eq!(derived_rows(&recorded), derived_rows(&imported));
    for store in [&mut recorded, &mut imported] {
        assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0);
        let classes = rows(&store.database.connection, "SELECT hex(substr(looks, 5, 1)) FROM day_looks");
        assert_eq!(classes, ["0C", "0C"], "one date within the month, planned");
    }
}

#[test]
fn an_observation_twice_is_one_look_and_two_sources_at_one_instant_are_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    let ours = seen(TARGET, "2026-01-05T08:00:00Z", Outcome::Full);
    let mut theirs = ours.clone();
    theirs.source = "rouen-2022".parse().unwrap();
    let mut burst = seen(TARGET, "2026-01-05T07:59:00Z", refused());
    burst.purpose = Purpose::Burst;
    for observation in [&ours, &theirs, &ours, &burst] {
        record(&mut store, observation).unwrap();
    }
    store.import(&mut [ours.clone(), theirs, burst].into_iter(), &zone_of).unwrap();
    let full = Look { at: ours.observed_at, is_base: true, seen: Seen::Full };
    let unknown = Look { at: full.at - TimeDelta::minutes(1), is_base: false, seen: Seen::Unknown };
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.looks(&id(TARGET)).unwrap(), [unknown, full, full]);
    assert_eq!(reader.looks(&id("01-bourg/asile")).unwrap(), []);
}

#[test]
fn damaged_looks_are_named_and_a_rebuild_derives_them_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guichet.db");
    let mut store = Store::open(&path).unwrap();
    for hour in [8, 9] {
        record(&mut store, &seen(TARGET, &format!("2026-01-05T{hour:02}:00:00Z"), Outcome::Full)).unwrap();
    }
    record(&mut store, &seen("76-rouen/asile", "2026-01-06T08:00:00Z", Outcome::Shut)).unwrap();
    let sound = derived_rows(&store);
    let reader = Reader::open(&path).unwrap();
    damage(&store, "x'0033'");

    for error in [reader.looks(&id(TARGET)).unwrap_err(), reader.all_looks(&mut |_, _| ()).unwrap_err()] {
        assert!(matches!(error, StoreError::DamagedRows { .. }), "{error}");
        let told = format!(
            "the derived rows of 92-nanterre/asile in {} are damaged (2026-01-05: the byte 51 tells nothing that can \
             be seen); `guichet rebuild` derives them anew",
            path.display()
        );
        assert_eq!(error.to_string(), told, "a backup need not be restored: the log is whole");
    }
    assert_eq!(reader.looks(&id("76-rouen/asile")).unwrap().len(), 1);
    assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 1);
    assert_eq!(store.rebuild(&mut |_, _| ()).unwrap().differing, 1);
    assert_eq!(derived_rows(&store), sound);
}

/// Writes these bytes, in `SQLite`'s words, in the place of the looks of [`TARGET`] on [`DAY`].
fn damage(store: &Store, bytes: &str) {
    let damage = format!("UPDATE day_looks SET looks = {bytes} WHERE utc_day = {DAY}");
    assert_eq!(store.database.connection.execute(&damage, []).unwrap(), 1);
}

#[test]
fn damaged_looks_cost_no_observation_and_are_mended_by_the_next_of_their_day() {
    // The last one breaks off after a whole look.
    for bytes in ["x'ff'", "x''", "x'0033'", "x'000900'"] {
        let mut store = Store::open_in_memory().unwrap();
        let earlier = Observation {
            purpose: Purpose::Burst,
            ..seen(TARGET, "2026-01-05T00:00:00Z", Outcome::Open(Offer::UNTOLD))
        };
        for observation in [
            seen(TARGET, "2026-01-04T23:59:59.999Z", Outcome::Full),
            earlier,
            Observation {
                purpose: Purpose::Probation,
                ..seen(TARGET, "2026-01-05T07:00:00Z", Outcome::Shut)
            },
            seen(TARGET, "2026-01-05T23:59:59.999Z", Outcome::Shut),
            seen(TARGET, "2026-01-06T00:00:00Z", Outcome::Full),
            seen("76-rouen/asile", "2026-01-06T08:00:00Z", Outcome::Shut),
        ] {
            record(&mut store, &observation).unwrap();
        }
        damage(&store, bytes);
        record(&mut store, &seen(TARGET, "2026-01-05T10:00:00Z", refused())).unwrap();
        assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0, "{bytes}");

        damage(&store, bytes);
        let mut imported = [11, 9, 10]
            .map(|hour| seen(TARGET, &format!("2026-01-05T{hour:02}:00:00Z"), Outcome::Full))
            .into_iter();
        assert_eq!(store.import(&mut imported, &zone_of).unwrap().added, 2, "{bytes}");
        assert_eq!(store.check_derived(&mut |_, _| ()).unwrap(), 0, "{bytes}");
    }
}
