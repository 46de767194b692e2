use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use guichet_model::{Cause, Outcome, SlotCount};

use super::*;

/// When the files of these tests are read.
fn now() -> Instant {
    "2026-12-01T12:00:00Z".parse().unwrap()
}

/// Reads a file of this name and content: what was understood and what was refused.
fn read(name: &str, content: &[u8], format: ImportFormat) -> anyhow::Result<(Vec<Observation>, Vec<String>)> {
    let rows = all(name, content, format)?;
    Ok((rows.0, rows.1.listed.iter().map(ToString::to_string).collect()))
}

fn all(name: &str, content: &[u8], format: ImportFormat) -> anyhow::Result<(Vec<Observation>, Refusals)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    std::fs::write(&path, content)?;
    let mut rows = Rows::open(&path, format, &ProgressBar::hidden(), now())?;
    let observations = rows.by_ref().collect();
    Ok((observations, rows.refused))
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
        ("92-nanterre/asile,1969-12-31T23:59:59Z,full", "before 1970"),
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
        assert!(!refused[0].contains('\u{1b}'), "{refused:?}");
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

#[test]
fn what_lies_ahead_of_today_is_refused_in_every_format() {
    let (seen, refused) = own("target,observed_at,outcome,earliest\n\
         92-nanterre/asile,2026-12-02T12:00:00Z,open,2036-11-30T08:00:00Z\n\
         92-nanterre/asile,2026-12-02T12:00:01Z,full,\n\
         92-nanterre/asile,9999-12-31T23:59:60-12:00,full,\n\
         92-nanterre/asile,2026-12-01T12:00:00Z,open,2036-12-03T08:00:00Z\n\
         92-nanterre/asile,2026-12-01T12:00:00Z,open,1969-12-31T08:00:00Z\n");
    assert_eq!(seen.len(), 1, "{refused:?}");
    assert_eq!(
        refused,
        [
            "line 3: observed_at 2026-12-02T12:00:01Z lies in the future; is its offset from UTC right?",
            "line 4: observed_at +10000-01-01T11:59:60Z lies in the future; is its offset from UTC right?",
            "line 5: earliest 2036-12-03T08:00:00Z lies more than ten years ahead",
            "line 6: earliest 1969-12-31T08:00:00Z lies before 1970",
        ]
    );
    let rouen = b"26-12-02 13:00,0\n26-12-02 13:01,0\n70-01-01 00:30,0\n68-01-01 00:00,1\n";
    let (seen, refused) = read("retrait_TDS.csv", rouen, ImportFormat::Rouen).unwrap();
    assert_eq!((seen.len(), refused.len()), (1, 3), "{refused:?}");
    assert!(
        refused[0].contains("line 2: observed_at 2026-12-02T12:01:00Z lies in the future"),
        "{refused:?}"
    );
    assert!(refused[1].contains("lies before 1970") && refused[2].contains("future"), "{refused:?}");
    let centres = b"t,scan,dep,u,open\n4294967295,x,47,705,0\n";
    let (_, refused) = read("a.csv", centres, ImportFormat::Vitemadose).unwrap();
    assert!(
        refused[0].contains("line 2: observed_at 2106-02-07T06:28:15Z lies in the future"),
        "{refused:?}"
    );
}

#[test]
fn nobody_else_saw_what_this_program_saw_itself() {
    let (seen, refused) = own("target,observed_at,outcome,source\n\
         92-nanterre/asile,2026-11-20T08:15:00Z,full,sampler\n\
         92-nanterre/asile,2026-11-20T08:15:00Z,full,sampler-of-a-friend\n");
    assert_eq!((seen.len(), refused.len()), (1, 1));
    assert!(refused[0].starts_with("line 2: source `sampler` is reserved"), "{refused:?}");
}

#[test]
fn lines_are_numbered_as_an_editor_does() {
    for (name, content, lines) in [
        ("line feeds", "H\nbad\nGOOD\nbad\n", &["line 2", "line 4"][..]),
        ("carriage returns and line feeds", "H\r\nbad\r\nGOOD\r\nbad\r\n", &["line 2", "line 4"]),
        ("carriage returns", "H\rbad\rGOOD\rbad\r", &["line 2", "line 4"]),
        ("blank lines", "\nH\n\n\nbad\nGOOD\n\nbad\n\n", &["line 5", "line 8"]),
        ("blank lines of two bytes", "\r\nH\r\n\r\nbad\r\n\r\nGOOD\r\n\r\nbad", &["line 4", "line 8"]),
        ("no end of the last line", "H\nGOOD\nbad", &["line 3"]),
        ("a byte order mark", "\u{feff}H\r\nGOOD\r\nbad", &["line 3"]),
        ("a field of two lines", "H\nGO\nOD\nbad\n\"b\nad\"\nbad\n", &["line 4", "lines 5 to 6", "line 7"]),
        (
            "a refused field of three lines",
            "H\r\n\r\n\"b\r\n\r\nad\"\r\nbad\r\n",
            &["lines 3 to 5", "line 6"],
        ),
        ("a quotation mark that stays open", "H\n\"bad\nGOOD\nGOOD\n", &["lines 2 to 4"]),
    ] {
        let content = content
            .replace('H', "target,observed_at,outcome")
            .replace("GO\nOD", "\"92-nanterre/asile\n\",2026-11-20T08:15:00Z,full")
            .replace("GOOD", "92-nanterre/asile,2026-11-20T08:15:00Z,full");
        let (_, refused) = own(&content);
        let found: Vec<&str> =
            refused.iter().filter_map(|line| line.split_once(':')).map(|it| it.0).collect();
        assert_eq!(found, lines, "{name}: {refused:?}");
        for line in &refused {
            let spans = line.starts_with("lines");
            assert_eq!(line.ends_with("; a quotation mark may not be closed"), spans, "{name}: {line}");
        }
    }
}

#[test]
fn lines_are_numbered_the_same_in_a_file_longer_than_any_buffer() {
    let mut content = String::from("target,observed_at,outcome\r\n");
    for _ in 0..30_000 {
        content.push_str("92-nanterre/asile,2026-11-20T08:15:00Z,full\r\n\r\n");
    }
    content.push_str("bad\r\n");
    let (seen, refused) = own(&content);
    assert_eq!((seen.len(), refused.len()), (30_000, 1));
    assert!(refused[0].starts_with("line 60002: "), "{refused:?}");
}

#[test]
fn nothing_of_a_file_can_steer_a_terminal_or_fill_it() {
    let header = "target,observed_at,outcome,cause,purpose,source\n";
    let evil = "\"\u{1b}]0;owned\u{7}\r\n\u{9b}2J\"";
    for row in [
        format!("{evil},2026-11-20T08:15:00Z,full,,,"),
        format!("92-nanterre/asile,{evil},full,,,"),
        format!("92-nanterre/asile,2026-11-20T08:15:00Z,{evil},,,"),
        format!("92-nanterre/asile,2026-11-20T08:15:00Z,unknown,{evil},,"),
        format!("92-nanterre/asile,2026-11-20T08:15:00Z,full,,{evil},"),
        format!("92-nanterre/asile,2026-11-20T08:15:00Z,full,,,{evil}"),
        format!("92-nanterre/{},2026-11-20T08:15:00Z,full,,,", "\u{1b}é".repeat(100_000)),
    ] {
        let (_, refused) = own(&format!("{header}{row}\n"));
        assert_eq!(refused.len(), 1, "{row:.80}");
        assert!(!refused[0].chars().any(char::is_control), "{:?}", refused[0]);
        assert!(refused[0].chars().count() < 600, "{}", refused[0].len());
    }
}

#[test]
fn a_file_in_a_wrong_format_does_not_fill_memory() {
    let content = format!("target,observed_at,outcome\n{}", "x\n".repeat(250));
    let (seen, refused) = all("a.csv", content.as_bytes(), ImportFormat::GuichetCsv).unwrap();
    assert_eq!((seen.len(), refused.listed.len(), refused.count, refused.unlisted()), (0, 100, 250, 150));
    assert!(refused.listed[99].to_string().starts_with("line 101: "));
}
