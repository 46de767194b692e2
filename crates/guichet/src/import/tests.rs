use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use guichet_model::{Cause, Outcome, SlotCount};

use super::*;

/// Reads a file of this name and content: what was understood and what was refused.
fn read(name: &str, content: &[u8], format: ImportFormat) -> anyhow::Result<(Vec<Observation>, Vec<String>)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    std::fs::write(&path, content)?;
    let mut rows = Rows::open(&path, format, &ProgressBar::hidden())?;
    let observations = rows.by_ref().collect();
    Ok((observations, rows.refused.iter().map(ToString::to_string).collect()))
}

fn own(content: &str) -> (Vec<Observation>, Vec<String>) {
    read("a.csv", content.as_bytes(), ImportFormat::GuichetCsv).unwrap()
}

fn refusal(content: &str, format: ImportFormat) -> String {
    format!("{:#}", read("a.csv", content.as_bytes(), format).unwrap_err())
}

#[test]
fn all_columns_of_our_own_format_are_understood() {
    let (seen, refused) =
        own("target,observed_at,outcome,cause,slots,earliest,intensity_per_h,purpose,source\n\
         92-nanterre/asile,2026-11-20T09:15:00+01:00,open,,12+,2026-12-01T08:00:00Z,2.5,burst,volunteer\n\
         92-nanterre/asile,2026-11-20T08:45:00Z,unknown,overloaded,,,,,\n");
    assert!(refused.is_empty(), "{refused:?}");
    let first = &seen[0];
    assert_eq!(first.observed_at.to_rfc3339(), "2026-11-20T08:15:00+00:00");
    assert_eq!(first.outcome.offer().unwrap().slots, SlotCount::AtLeast(12));
    assert_eq!(
        (first.intensity_per_h, first.purpose.as_str(), first.source.as_str()),
        (Some(2.5), "burst", "volunteer")
    );
    assert_eq!((seen[1].outcome, seen[1].source.as_str()), (Outcome::Unknown(Cause::Overloaded), "import"));
}

#[test]
fn a_broken_line_is_named_with_its_number_and_the_rest_is_read() {
    let good = "92-nanterre/asile,2026-11-20T08:15:00Z,full";
    for (bad, says) in [
        ("92-nanterre/asile,2026-11-20 08:15,full", "is not an instant"),
        ("92-nanterre/asile,1969-12-31T23:59:59Z,full", "since 1970"),
        ("92-nanterre,2026-11-20T08:15:00Z,full", "target"),
        ("92-nanterre/asile,2026-11-20T08:15:00Z,closed", "is not one of: open, full, shut, unknown"),
        ("92-nanterre/asile,2026-11-20T08:15:00Z,unknown", "no cause"),
        ("92-nanterre/asile,2026-11-20T08:15:00Z", "`outcome` is empty"),
        ("92-nanterre/asile,2026-11-20T08:15:00Z,full,x", "4 fields where the header has 3"),
        ("\u{1b}[31mred,2026-11-20T08:15:00Z,full", "target"),
    ] {
        let (seen, refused) = own(&format!("target,observed_at,outcome\n{good}\n{bad}\n{good}\n"));
        assert_eq!((seen.len(), refused.len()), (2, 1), "{bad}: {refused:?}");
        assert!(refused[0].starts_with("line 3: ") && refused[0].contains(says), "{refused:?}");
        assert!(!refused[0].contains('\u{1b}') || says == "target", "{refused:?}");
    }
}

#[test]
fn a_line_that_is_not_text_is_refused_and_the_rest_is_read() {
    let content = b"target,observed_at,outcome\n\xff\xfe,x,y\n92-nanterre/asile,2026-11-20T08:15:00Z,shut\n";
    let (seen, refused) = read("a.csv", content, ImportFormat::GuichetCsv).unwrap();
    assert_eq!((seen.len(), refused), (1, vec!["line 2: not UTF-8 text".to_owned()]));
}

#[test]
fn a_wrong_header_says_what_the_header_must_be() {
    assert!(refusal("target,when,outcome\n", ImportFormat::GuichetCsv).contains("`when` is not known"));
    assert!(refusal("target,observed_at\n", ImportFormat::GuichetCsv).contains("`outcome` is missing"));
    assert!(refusal("a,b\n", ImportFormat::Vitemadose).contains("t,scan,dep,u,open"));
    assert!(refusal("22-06-05 17:00,0\n", ImportFormat::Rouen).contains("depot_1er_TDS.csv"));
}

#[test]
fn a_count_above_zero_at_rouen_is_at_least_so_many_and_zero_is_full() {
    let (seen, refused) = read(
        "retrait_TDS.csv",
        b"22-06-05 17:00,0\n22-06-06 00:00,24\nfoo,1\n22-06-06 00:30,-1\n",
        ImportFormat::Rouen,
    )
    .unwrap();
    assert_eq!(
        (seen[0].outcome, seen[0].observed_at.to_rfc3339()),
        (Outcome::Full, "2022-06-05T15:00:00+00:00".to_owned())
    );
    assert_eq!(seen[1].outcome.offer().unwrap().slots, SlotCount::AtLeast(24));
    assert_eq!(seen[1].target.as_str(), "76-rouen/remise-titre");
    assert_eq!(refused.len(), 2);
}

#[test]
fn packed_centres_are_read_and_a_cut_file_keeps_what_came_before() {
    let rows =
        "t,scan,dep,u,open\n1618348129,2021-04-13 23:08,2A,24,1\n1618348129,2021-04-13 23:08,47,705,0\n";
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(rows.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let (seen, refused) = read("a.csv.gz", &packed, ImportFormat::Vitemadose).unwrap();
    assert_eq!((seen.len(), refused.len()), (2, 0));
    assert_eq!(seen[0].target.as_str(), "2A-centre-24/vaccination");
    let (_, refused) = read("a.csv.gz", &packed[..packed.len() - 4], ImportFormat::Vitemadose).unwrap();
    assert!(refused[0].contains("cannot be read"), "{refused:?}");
}
