//! Scripts that are read, and scripts that are refused with the line and what to write.

use guichet_fakesite::{BEHAVIOURS, DEMO, FakeSites, Script, SimulatedClock};

use crate::browser::{read_clock, utc};

#[test]
fn a_catalogue_can_be_made_from_the_demonstration() {
    let forms = Script::parse(DEMO, "demo.toml").unwrap().forms();
    let lines: Vec<String> = forms
        .iter()
        .map(|form| {
            let desks: Vec<&str> = form.desks.iter().map(|(_, label)| label.as_str()).collect();
            format!(
                "{}{} {} {}",
                form.host,
                form.path(),
                form.target.as_ref().map_or("-", |id| id.as_str()),
                desks.join(" | ")
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert!(
        forms.iter().all(|form| form.position.is_some() && form.site_name.is_some() && form.target.is_some())
    );
    let mut ids: Vec<&str> = forms.iter().filter_map(|form| Some(form.target.as_ref()?.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), forms.len(), "each form is a target of its own");
}

#[test]
fn a_script_that_makes_no_sense_is_refused_with_its_line() {
    const HEAD: &str = "[[host]]\nname = \"fauxville\"\n[[host.form]]\nid = 7\ntitle = \"T\"\n";
    let refused = |text: &str| Script::parse(text, "s.toml").unwrap_err().to_string();
    let timeline = |keys: &str| refused(&format!("{HEAD}[[host.form.timeline]]\n{keys}"));
    let random = |keys: &str| refused(&format!("{HEAD}[host.form.random]\nseed = 1\n{keys}"));
    let lines = [
        refused("[[host]]\nname = \"faux ville\"\n"),
        refused("[[host]]\nname = \"control\"\n"),
        refused(&format!("{HEAD}{HEAD}")),
        refused("[[host]]\nname = \"a\"\nrobots = \"perhaps\"\n"),
        refused("[[host]]\nname = \"a\"\ntimezone = \"Paris\"\n"),
        refused("[[host]]\nname = \"a\"\ndepartment = \"92\"\nsite = \"93-a\"\n"),
        refused("[[host]]\nname = \"a\"\nlon = 2.0\n"),
        refused(&format!("{HEAD}[[host.form]]\nid = 7\ntitle = \"U\"\n")),
        refused(&format!("{HEAD}skin = \"new\"\n")),
        refused(&format!("{HEAD}colour = \"red\"\n")),
        refused(&format!("{HEAD}key = \"vpf\"\n")),
        refused(&format!("{HEAD}[[host.form.desk]]\nlabel = \"no id\"\n")),
        timeline("state = \"closed\"\n"),
        timeline("state = \"full\"\nslots = 3\n"),
        timeline("state = \"open\"\nslots = 0\n"),
        timeline("state = \"shut\"\nretry_after_s = 3\n"),
        timeline("state = \"shut\"\nseconds = 3\n"),
        timeline("state = \"shut\"\nfrom = 2026-03-02\n"),
        timeline("state = \"shut\"\nfrom = 2026-03-02T00:00:00Z\nuntil = 2026-03-01T00:00:00Z\n"),
        timeline(
            "state = \"shut\"\nfrom = 2026-03-02T00:00:00Z\n[[host.form.timeline]]\nstate = \"open\"\nfrom = 2026-03-01T00:00:00Z\n",
        ),
        timeline("state = \"shut\"\nweekly = { days = [\"lundi\"], at = \"20:00\", minutes = 60 }\n"),
        timeline("state = \"shut\"\nweekly = { days = [\"mon\"], at = \"8pm\", minutes = 60 }\n"),
        timeline("state = \"shut\"\nweekly = { days = [\"mon\"], at = \"20:00\", minutes = 0 }\n"),
        random("opening_per_week = 3\n"),
        random("opening_per_week = -3\nmean_open_minutes = 5\n"),
        random("opening_per_week = 3\nmean_open_minutes = 5\nopening_hours = [\"17:00\", \"09:00\"]\n"),
        random("outage_state = \"full\"\n"),
        random("releases = [{ day = \"mon\", at = \"00:00\", minutes = 60, chance = 2.0 }]\n"),
        refused(&format!("{HEAD}platform = \"booking\"\n")),
        refused(&format!("{HEAD}sitekey = \"P1\"\n")),
        refused(&format!("{HEAD}wording = \"other\"\n")),
        refused(&format!("{HEAD}platform = \"eappointment\"\n")),
        refused(&format!("{HEAD}platform = \"eappointment\"\nsitekey = \"P 1\"\n")),
        refused(&format!("{HEAD}platform = \"rdv-prefecture\"\nskin = \"dsfr\"\n")),
        refused(&format!("{HEAD}platform = \"rdv-prefecture\"\ndesk = [{{ id = 1 }}]\n")),
        refused(&format!(
            "{HEAD}platform = \"eappointment\"\nsitekey = \"P1\"\n[[host.form]]\nid = 8\ntitle = \"U\"\nplatform = \"eappointment\"\nsitekey = \"P1\"\n"
        )),
        timeline("state = \"no_wall\"\n"),
        timeline("state = \"wall\"\n"),
        random("outage_state = \"no_wall\"\n"),
        refused(&format!("{HEAD}[[host.timeline]]\nstate = \"no_wall\"\n")),
        refused("start = \n"),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let script = Script::parse(BEHAVIOURS, "b.toml").unwrap();
    let at = utc("2026-03-02T00:00:00Z");
    let clock = SimulatedClock::new(at, at, 1.0, read_clock);
    let error = FakeSites::start(script, clock, "0.0.0.0:0".parse().unwrap()).await.unwrap_err().to_string();
    assert!(error.contains("0.0.0.0:0 is not a loopback address"), "{error}");
}
