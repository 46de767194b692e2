//! The data that ship.

use std::{collections::BTreeSet, fs};

use geojson::FeatureCollection;
use guichet_catalog::{Catalog, Entry, MAIN_PROCEDURES, Options, load};
use guichet_model::{Channel, DepartmentCode, ProcedureId, Site, SiteId, SiteKind, TargetId, TargetStatus};
use guichet_platforms::platform;

use crate::folder::real;

fn catalog() -> Catalog {
    load(&real(), &Options::default()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_data_have_no_problems() {
    let catalog = catalog();
    assert_eq!((catalog.departments.len(), catalog.outlines.len()), (101, 101));
    assert!(catalog.procedures.len() >= 20 && catalog.targets().count() >= 100);
    assert_eq!(catalog.metadata.title, "Guichet Ouvert");
    assert!(catalog.metadata.attributions.iter().any(|line| line.contains("GeoNames")));
}

#[test]
fn every_seat_of_a_prefecture_has_a_site() {
    let catalog = catalog();
    let text = fs::read_to_string(real().join("geo/prefectures.geojson")).unwrap();
    let collection: FeatureCollection = text.parse().unwrap();
    let missing: Vec<String> = collection
        .features
        .iter()
        .filter_map(|seat| {
            let property = |name| seat.property(name).and_then(|value| value.as_str()).unwrap();
            let (department, commune) = (property("departement"), property("commune"));
            let is_there = catalog.entries.iter().any(|entry| {
                entry.site.department.as_str() == department
                    && entry.site.commune.as_deref().is_some_and(|there| is_in(there, commune))
            });
            (!is_there).then(|| format!("{department}: {commune} {}", property("commune_nom")))
        })
        .collect();
    assert!(collection.features.len() > 300);
    assert!(missing.is_empty(), "no site in the commune of {}:\n{}", missing.len(), missing.join("\n"));
}

/// Whether a commune is the other one, or one of the arrondissements of Paris (75101 to 75120), which is 75056.
fn is_in(commune: &str, whole: &str) -> bool {
    commune == whole || (whole == "75056" && commune.starts_with("751"))
}

#[test]
fn every_department_says_how_the_main_procedures_are_reached() {
    let catalog = catalog();
    let missing: Vec<String> = catalog
        .departments
        .iter()
        .flat_map(|department| MAIN_PROCEDURES.map(|main| (department, main)))
        .filter(|(department, main)| catalog.statement(&department.code, &main.parse().unwrap()).is_none())
        .map(|(department, main)| format!("{}: {main}", department.code))
        .collect();
    assert!(missing.is_empty(), "data/channels says nothing about {}", missing.join(", "));
    for statement in catalog.statements.values().flatten() {
        assert!(
            statement.channel == Channel::Unknown
                || (statement.source.is_some() && statement.stated.is_some()),
            "{statement:?}"
        );
    }
}

#[test]
fn the_rule_of_competence_ships_with_the_exception_of_paris() {
    let rule = catalog().competence.unwrap();
    assert!(rule.citation.contains("R. 431-20"));
    assert!(rule.authority(&"75".parse().unwrap()).is_some());
}

#[test]
fn things_are_found_by_id_and_unknown_departments_keep_paris_time() {
    let catalog = catalog();
    let target: TargetId = "92-nanterre/renouvellement/vpf".parse().unwrap();
    let (entry, found) = catalog.target(&target).unwrap();
    assert_eq!((entry.site.id.as_str(), &found.id), ("92-nanterre", &target));
    assert_eq!(found.list("desks"), ["12078", "13642"]);
    assert!(catalog.target(&"92-nanterre/renouvellement/none".parse().unwrap()).is_none());
    assert!(catalog.site(&"92-nowhere".parse::<SiteId>().unwrap()).is_none());
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
fn every_page_is_about_residence_or_nationality_and_on_a_domain_of_its_platform() {
    for (entry, target) in catalog().targets() {
        let host = target.url.host_str().unwrap();
        let platform = platform(&target.platform).unwrap();
        assert!(platform.domains().iter().any(|domain| host.ends_with(domain)), "{}", target.id);
        assert!(target.cadence >= platform.floor_cadence(), "{}", target.id);
        let label = target.label.as_deref().unwrap_or_default().to_lowercase();
        for other in ["médicale", "permis de conduire", "passeport", "cni"] {
            assert!(!label.contains(other), "{}", target.id);
        }
        assert!(!is_office(&entry.site) || entry.site.commune.is_some(), "{}", entry.site.id);
    }
}

/// Whether a site is one of the State's own offices, whose commune and position are known.
fn is_office(site: &Site) -> bool {
    site.kind != SiteKind::Centre
}

#[test]
fn every_office_has_a_position_and_every_page_says_who_saw_it_when() {
    let catalog = catalog();
    for Entry { site, targets, .. } in &catalog.entries {
        assert!(!is_office(site) || site.position.is_some(), "{}: no position", site.id);
        assert_eq!(site.position.is_some(), site.position_source.is_some(), "{}", site.id);
        for target in targets {
            assert!(target.seen.is_some(), "{}: add `seen`, the year in which its source saw it", target.id);
            assert!(target.source.is_some(), "{}: add `source`, who names this page", target.id);
            assert_eq!(target.timezone, catalog.zone(&site.department), "{}", target.id);
        }
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
