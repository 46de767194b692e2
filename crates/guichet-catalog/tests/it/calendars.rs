//! Public holidays.

use chrono::NaiveDate;
use guichet_catalog::{Options, load};
use guichet_model::DaysOff;
use insta::assert_snapshot;

use crate::folder::{Folder, real};

const FILE: &str = "calendars/public-holidays.toml";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_holidays_of_three_departments_fall_where_almanacs_have_them() {
    const FIXED: [&str; 8] = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"];
    let calendar = load(&real(), &Options::default()).unwrap().calendar;
    // Easter Monday, Ascension Day, Whit Monday; Good Friday.
    for (year, movable, good_friday) in [
        (2024, ["04-01", "05-09", "05-20"], "03-29"),
        (2025, ["04-21", "05-29", "06-09"], "04-18"),
        (2026, ["04-06", "05-14", "05-25"], "04-03"),
    ] {
        for (department, own) in [("75", vec![]), ("57", vec![good_friday, "12-26"]), ("974", vec!["12-20"])]
        {
            let expected: DaysOff =
                FIXED.iter().chain(&movable).chain(&own).map(|date| day(&format!("{year}-{date}"))).collect();
            let (from, to) = (day(&format!("{year}-06-01")), day(&format!("{year}-06-02")));
            assert_eq!(calendar.days_off(&department.parse().unwrap(), from, to), expected, "{department}");
        }
    }
}

#[test]
fn each_overseas_department_remembers_the_abolition_of_slavery_on_its_own_date() {
    let calendar = load(&real(), &Options::default()).unwrap().calendar;
    let year = |department: &str| {
        calendar.days_off(&department.parse().unwrap(), day("2025-01-01"), day("2025-12-31"))
    };
    let everywhere = year("75");
    assert_eq!(everywhere.len(), 11);
    for (department, date) in [
        ("971", "2025-05-27"),
        ("972", "2025-05-22"),
        ("973", "2025-06-10"),
        ("974", "2025-12-20"),
        ("976", "2025-04-27"),
    ] {
        let own: Vec<NaiveDate> = year(department).difference(&everywhere).copied().collect();
        assert_eq!(own, [day(date)], "{department}");
    }
    for department in ["67", "68"] {
        assert_eq!(year(department), year("57"));
        assert_eq!(year(department).len(), 13);
    }
}

const HOLIDAYS: &str = r#"
[[holiday]]
name = "Noël"
month = 12
day = 25
source = "A law"

[[holiday]]
name = "Vendredi saint"
easter = -2
departments = ["57", "67"]
source = "A law"
"#;

#[test]
fn a_bad_holiday_is_told_what_is_wrong_where_and_what_to_write() {
    let folder = Folder::new();
    folder.put(FILE, HOLIDAYS);
    assert_eq!(folder.load().unwrap().calendar.holidays.len(), 2);
    let told: Vec<String> = [
        ("name = \"Noël\"", ""),
        ("month = 12", "month = 13"),
        ("month = 12", "month = \"12\""),
        ("month = 12", "month = 1.5"),
        ("month = 12", ""),
        ("month = 12\nday = 25", "month = 2\nday = 30"),
        ("month = 12\nday = 25", ""),
        ("day = 25", "day = 25\neaster = 1"),
        ("easter = -2", "easter = -300"),
        ("easter = -2", "easter = 99999999999999999999"),
        ("easter = -2", "eastr = -2"),
        ("\"67\"]", "\"20\"]"),
        ("\"67\"]", "67]"),
        ("\"67\"]", "\"57\"]"),
        ("[\"57\", \"67\"]", "[]"),
        ("source = \"A law\"", "source = \"\""),
        ("source = \"A law\"", "sources = \"A law\""),
        ("easter = -2", "month = 12\nday = 25"),
        ("[[holiday]]", "[[holidays]]"),
    ]
    .iter()
    .map(|(from, to)| {
        assert!(HOLIDAYS.contains(from), "{from}");
        folder.put(FILE, HOLIDAYS.replacen(from, to, 1));
        format!("{to}\n{}", folder.problems())
    })
    .chain(["", "holiday = 1"].iter().map(|text| {
        folder.put(FILE, text);
        format!("{text}\n{}", folder.problems())
    }))
    .collect();
    assert_snapshot!("bad_holidays", told.join("\n\n"));
}

#[test]
fn one_date_may_have_two_names_in_different_departments() {
    let folder = Folder::new();
    let other =
        "\n[[holiday]]\nname = \"Ascension\"\neaster = -2\ndepartments = [\"68\"]\nsource = \"A law\"\n";
    folder.put(FILE, format!("{HOLIDAYS}{other}"));
    assert_eq!(folder.load().unwrap().calendar.holidays.len(), 3);
    folder.put(FILE, format!("{HOLIDAYS}{}", other.replace("\"68\"", "\"67\", \"68\"")));
    assert!(folder.problems().contains("holiday twice, first on line 8"), "{}", folder.problems());
    folder.put("departments.toml", "not a list");
    folder.put(FILE, HOLIDAYS);
    assert!(!folder.problems().contains(FILE));
}
