//! Random observations: everything that the model can express and the store must keep.

use chrono::{DateTime, NaiveDate};
use guichet_model::{
    Cause, DeskReading, Exchange, Instant, Observation, Offer, Outcome, ProbeFacts, Purpose, Service,
    Sha256Hex, SlotCount, Source, TargetId,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::id;

/// Few targets, so that they meet; three civil times.
pub(super) fn target() -> impl Strategy<Value = TargetId> {
    select(vec![
        "92-nanterre/renouvellement",
        "92-nanterre/renouvellement/vpf",
        "76-rouen/asile",
        "974-saint-denis/etudiant",
        "973-cayenne/asile",
    ])
    .prop_map(id)
}

/// To the millisecond; half of them within the days around the autumn change of 2026.
pub(super) fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![1_792_800_000_000_i64..1_793_060_000_000, 0_i64..4_102_444_800_000]
        .prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap())
}

fn hash() -> impl Strategy<Value = Sha256Hex> {
    any::<[u8; 32]>().prop_map(Sha256Hex)
}

fn offer() -> impl Strategy<Value = Offer> {
    let slots = prop_oneof![
        any::<u32>().prop_map(SlotCount::Exact),
        any::<u32>().prop_map(SlotCount::AtLeast),
        Just(SlotCount::NotTold),
    ];
    let day = (0_i32..80_000).prop_map(|days| NaiveDate::from_num_days_from_ce_opt(700_000 + days).unwrap());
    (slots, option::of(instant()), option::of(day)).prop_map(|(slots, earliest, horizon)| Offer {
        slots,
        earliest,
        horizon,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        offer().prop_map(Outcome::Open),
        Just(Outcome::Full),
        Just(Outcome::Shut),
        select(Cause::ALL.map(|(cause, _)| cause).to_vec()).prop_map(Outcome::Unknown),
    ]
}

fn desk() -> impl Strategy<Value = DeskReading> {
    (".{0,8}", option::of(".{0,20}"), outcome()).prop_map(|(desk, label, outcome)| DeskReading {
        desk,
        label,
        outcome,
    })
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let url = || {
        "[a-z]{1,8}(/[a-z0-9]{0,4}){0,3}(\\?[a-z]=[a-z0-9]{0,4})?"
            .prop_map(|tail| format!("https://www.{tail}").parse().unwrap())
    };
    let header = ("[a-z-]{1,12}", ".{0,20}");
    (
        (select(vec!["GET", "POST"]), url(), url(), any::<bool>()),
        (any::<u16>(), instant(), 0_u64..1 << 62, 0_u64..1 << 62),
        (hash(), vec(header, 0..3)),
    )
        .prop_map(
            |(
                (method, url, other_url, redirected),
                (status, sent_at, duration_ms, bytes),
                (body_sha256, headers),
            )| {
                Exchange {
                    method: method.to_owned(),
                    final_url: if redirected { other_url } else { url.clone() },
                    url,
                    status,
                    sent_at,
                    duration_ms,
                    bytes,
                    body_sha256,
                    headers,
                }
            },
        )
}

fn probe() -> impl Strategy<Value = ProbeFacts> {
    (
        ("[a-z-]{1,20}", any::<u16>(), any::<u32>(), option::of(any::<u16>())),
        (0_u64..1 << 62, option::of(hash()), any::<u16>(), vec(exchange(), 0..4)),
        option::of(select(Service::ALL.map(|(service, _)| service).to_vec())),
    )
        .prop_map(
            |(
                (platform, revision, requests, http_status),
                (duration_ms, evidence_sha256, desks_seen, exchanges),
                service,
            )| {
                ProbeFacts {
                    platform,
                    revision,
                    requests,
                    http_status,
                    duration_ms,
                    evidence_sha256,
                    desks_seen,
                    service,
                    exchanges,
                }
            },
        )
}

/// Any observation.
pub(super) fn observation() -> impl Strategy<Value = Observation> {
    let purpose = select(Purpose::ALL.map(|(purpose, _)| purpose).to_vec());
    let source = select(vec!["sampler", "rouen-2022", "volunteers/a.b_c"])
        .prop_map(|word| word.parse::<Source>().unwrap());
    (
        (target(), instant(), outcome(), purpose, source),
        (option::of(1e-4_f64..1e4), vec(desk(), 0..3), option::of(probe())),
    )
        .prop_map(
            |((target, observed_at, outcome, purpose, source), (intensity_per_h, desks, probe))| {
                Observation { target, observed_at, outcome, purpose, intensity_per_h, source, desks, probe }
            },
        )
}

/// A quarter of an hour, or an instant within the leap second before it: the same one, as the store keeps it.
fn meeting() -> impl Strategy<Value = Instant> {
    (0_i64..40, option::weighted(0.3, 0_u32..2)).prop_map(|(step, into_leap_second)| {
        let quarter = 1_792_888_200 + step * 900;
        match into_leap_second {
            None => DateTime::from_timestamp(quarter, 0),
            Some(millis) => DateTime::from_timestamp(quarter - 1, 1_000_000_000 + millis * 1_000_000),
        }
        .unwrap()
    })
}

/// Observations without probe and desks, mostly `base`, with odd intensities, that often fall into the same hour or
/// even the same instant.
pub(super) fn plain_observation() -> impl Strategy<Value = Observation> {
    let intensity = prop_oneof![
        option::of(0.01_f64..100.0),
        select(vec![Some(0.0), Some(-1.0), Some(f64::NAN), Some(f64::INFINITY)]),
    ];
    (observation(), intensity, option::weighted(0.7, meeting()), any::<bool>()).prop_map(
        |(observation, intensity_per_h, meeting, base)| Observation {
            observed_at: meeting.unwrap_or(observation.observed_at),
            purpose: if base { Purpose::Base } else { observation.purpose },
            intensity_per_h,
            desks: Vec::new(),
            probe: None,
            ..observation
        },
    )
}
