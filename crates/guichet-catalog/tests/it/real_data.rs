//! The data that ship.

use std::collections::BTreeSet;

use guichet_catalog::{Catalog, Options, load};
use guichet_model::{DepartmentCode, ProcedureId, SiteId, SiteKind, TargetId, TargetStatus};

use crate::folder::real;

fn catalog() -> Catalog {
    load(&real(), &Options::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_data_have_no_problems() {
    let catalog = catalog();
    assert_eq!(
        (
            catalog.departments.len(),
            catalog.procedures.len(),
            catalog.outlines.len(),
            catalog.entries.len(),
            catalog.targets().count(),
        ),
        (101, 20, 101, 23, 73)
    );
    assert_eq!(catalog.metadata.title, "Guichet Ouvert");
    assert_eq!(catalog.metadata.attributions.len(), 3);
}

#[test]
fn things_are_found_by_id_and_unknown_departments_keep_paris_time() {
    let catalog = catalog();
    let target: TargetId = "92-nanterre/renouvellement/vpf".parse().unwrap();
    let (entry, found) = catalog.target(&target).unwrap();
    assert_eq!((entry.site.id.as_str(), &found.id), ("92-nanterre", &target));
    assert_eq!(found.list("desks"), ["12078", "13642"]);
    assert!(catalog.target(&"92-nanterre/renouvellement/none".parse().unwrap()).is_none());
    assert!(catalog.site(&"92-antony".parse::<SiteId>().unwrap()).is_none());
    let procedure: ProcedureId = "recepisse".parse().unwrap();
    assert_eq!(catalog.procedure(&procedure).unwrap().label_fr, "Récépissé");
    let zone = |code: &str| catalog.zone(&code.parse::<DepartmentCode>().unwrap()).name();
    assert_eq!((zone("974"), zone("76")), ("Indian/Reunion", "Europe/Paris"));
    let empty = Catalog { departments: Vec::new(), ..catalog.clone() };
    assert_eq!(empty.zone(&"974".parse().unwrap()).name(), "Europe/Paris");
}

#[test]
fn overseas_departments_keep_their_own_time() {
    let catalog = catalog();
    let elsewhere: Vec<(&str, &str)> = catalog
        .departments
        .iter()
        .map(|department| (department.code.as_str(), department.timezone.name()))
        .filter(|(_, zone)| *zone != "Europe/Paris")
        .collect();
    assert_eq!(
        elsewhere,
        [
            ("971", "America/Guadeloupe"),
            ("972", "America/Martinique"),
            ("973", "America/Cayenne"),
            ("974", "Indian/Reunion"),
            ("976", "Indian/Mayotte"),
        ]
    );
}

#[test]
fn every_page_is_a_state_page_about_residence_or_nationality() {
    for (entry, target) in catalog().targets() {
        let host = target.url.host_str().unwrap();
        assert!(host.ends_with(".gouv.fr"), "{}", target.id);
        let label = target.label.as_deref().unwrap().to_lowercase();
        for other in ["médicale", "permis de conduire", "passeport", "cni"] {
            assert!(!label.contains(other), "{}", target.id);
        }
        assert_eq!(target.platform, "ez-booking");
        assert_eq!(target.cadence.as_secs(), 1_800);
        assert!(
            entry.site.checked.is_none() && entry.site.commune.is_some() && entry.site.position.is_some()
        );
    }
}

#[test]
fn only_the_link_known_to_be_switched_off_is_retired() {
    let catalog = catalog();
    let retired: Vec<&str> = catalog
        .targets()
        .filter(|(_, target)| target.status != TargetStatus::Active)
        .map(|(_, target)| target.url.path())
        .collect();
    assert_eq!(retired, ["/booking/create/9359"]);
}

#[test]
fn the_targets_that_historical_logs_of_rouen_use_are_there() {
    let catalog = catalog();
    for procedure in [
        "premiere-demande",
        "renouvellement",
        "admission-exceptionnelle",
        "remise-titre",
        "recepisse",
        "dcem",
    ] {
        let id: TargetId = format!("76-rouen/{procedure}").parse().unwrap();
        assert!(catalog.target(&id).is_some(), "{id}");
    }
}

#[test]
fn paris_is_the_prefecture_de_police_and_val_d_oise_sits_in_cergy() {
    let catalog = catalog();
    let site = |id: &str| catalog.site(&id.parse().unwrap()).unwrap().site.clone();
    let paris = site("75-paris");
    assert_eq!(paris.kind, SiteKind::PrefectureDePolice);
    assert_eq!(paris.commune.as_deref(), Some("75104"));
    assert_eq!(site("95-cergy").commune.as_deref(), Some("95127"));
}

#[test]
fn outer_rings_run_counter_clockwise_and_every_ring_is_closed() {
    for outline in catalog().outlines {
        for polygon in &outline.polygons {
            for (at, ring) in polygon.iter().enumerate() {
                assert_eq!(ring.first(), ring.last(), "{}", outline.name);
                let doubled: f64 =
                    ring.windows(2).map(|pair| pair[0][0] * pair[1][1] - pair[1][0] * pair[0][1]).sum();
                assert_eq!(doubled > 0.0, at == 0, "{}", outline.name);
            }
        }
    }
}

#[test]
fn official_pages_are_the_state_s_own() {
    let hosts: BTreeSet<String> = catalog()
        .procedures
        .iter()
        .map(|procedure| procedure.official_url.host_str().unwrap().to_owned())
        .collect();
    assert_eq!(hosts.into_iter().collect::<Vec<_>>(), ["www.service-public.gouv.fr"]);
}
