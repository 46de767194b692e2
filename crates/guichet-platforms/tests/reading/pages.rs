//! Every page under `fixtures/` is read, and what it says is kept as a snapshot: dropping a page in a folder makes a
//! test. The comment at its top tells how the page was come by.

use std::{fmt::Write as _, fs};

use guichet_model::{DeskReading, Outcome};
use guichet_platforms::{Ask, Markers, Page, Reading, Step, Trail, generic, platform};

use crate::sample::Sample;

#[test]
fn every_page_reads_as_its_snapshot_says() {
    insta::glob!("../../fixtures", "*/*.html", |path| {
        let text = fs::read_to_string(path).unwrap();
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        insta::assert_snapshot!(said(&Sample::of(folder, &text)));
    });
}

fn said(sample: &Sample) -> String {
    let page = Page { url: &sample.url, status: sample.status, body: &sample.body };
    let mut markers = Markers::default();
    if let Some(verdict) = generic::verdict(&page, &mut markers) {
        let service = verdict.service.map_or(String::new(), |service| format!(", {}", service.as_str()));
        return format!("every platform: {}{service}", words(&Outcome::Unknown(verdict.cause)));
    }
    let platform = platform(&sample.target.platform).unwrap();
    let trail =
        Trail { round: sample.round, asked: &sample.asked, noted: &sample.noted, listed: &sample.listed };
    match platform.read(&sample.target, &page, &trail, &mut markers) {
        Err(error) => {
            let service = error.service.map_or(String::new(), |it| format!("; service {}", it.as_str()));
            format!("unrecognised: {}{service}", error.found)
        }
        Ok(Step::Read(reading)) => reading_words(&reading),
        Ok(Step::Ask { noted, listed, next }) => {
            let mut text = String::new();
            for desk in listed {
                writeln!(text, "lists {} {:?}", desk.id, desk.label.unwrap_or_default()).unwrap();
            }
            if let Some(noted) = noted {
                writeln!(text, "notes {}", desk_words(&noted)).unwrap();
            }
            text + &ask_words(&next)
        }
    }
}

fn ask_words(ask: &Ask) -> String {
    match ask {
        Ask::Get(url) => format!("asks GET {url}"),
        Ask::PostForm(url, form) => format!("asks POST {url} {form:?}"),
        Ask::PostJson(url, text) | Ask::PostText(url, text) => format!("asks POST {url} {text}"),
    }
}

fn reading_words(reading: &Reading) -> String {
    let mut text = format!("{}; desks seen {}", words(&reading.outcome), reading.desks_seen);
    if let Some(service) = reading.service {
        write!(text, "; service {}", service.as_str()).unwrap();
    }
    for (what, publication) in [("next", reading.next_publication), ("last", reading.last_publication)] {
        if let Some(publication) = publication {
            let week = publication.week.map_or("-".to_owned(), |day| day.to_string());
            write!(text, "\n{what} publication {}, week of {week}", publication.at.to_rfc3339()).unwrap();
        }
    }
    for desk in &reading.desks {
        write!(text, "\ndesk {}", desk_words(desk)).unwrap();
    }
    text
}

fn desk_words(desk: &DeskReading) -> String {
    let label = desk.label.as_deref().unwrap_or("-");
    format!("{} ({label}): {}", desk.desk, words(&desk.outcome))
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Open(offer) => format!(
            "open, slots {:?}, earliest {}, horizon {}",
            offer.slots,
            offer.earliest.map_or("-".to_owned(), |at| at.to_rfc3339()),
            offer.horizon.map_or("-".to_owned(), |day| day.to_string()),
        ),
        Outcome::Unknown(cause) => format!("unknown ({cause})"),
        other => other.as_str().to_owned(),
    }
}
