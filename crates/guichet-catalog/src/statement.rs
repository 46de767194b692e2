//! One `[[channel]]` of a file of channels. What never enters: other tables of the file, except what holds for all of
//! France.

use chrono::NaiveDate;
use guichet_model::{Channel, ProcedureId, Statement};
use url::Url;

use crate::{
    address,
    known::Known,
    section::{At, Section},
    words::word,
};

/// The longest words about for whom a statement holds.
const LONGEST_ONLY: usize = 200;

/// What holds for all of France.
#[derive(Debug)]
pub(crate) struct National {
    /// The statements without problems.
    pub(crate) statements: Vec<Statement>,
    /// Whether they are all that there are; otherwise nothing is held against what refers to one.
    pub(crate) is_whole: bool,
}

/// What a table gave.
#[derive(Debug)]
pub(crate) struct Found {
    /// What it is about, also where there are problems.
    pub(crate) procedure: Option<At<ProcedureId>>,
    /// What it states, with the line of its channel; `None` where there are problems.
    pub(crate) statement: Option<At<Statement>>,
}

/// Reads a table of a department's file.
pub(crate) fn read(section: &mut Section<'_>, known: Known<'_>, national: &National) -> Found {
    let (procedure, channel) = read_what(section, known);
    let national_flag = section.optional_flag("national").map(|flag| flag.value);
    let backing = Backing::read(section);
    let statement = procedure.clone().zip(channel).and_then(|(procedure, channel)| {
        let value = match national_flag {
            Some(true) => copied(section, &procedure, &channel, national)?,
            // It is there and cannot be read, so what else has to be there cannot be said.
            None if section.line_of("national").is_some() => return None,
            Some(false) | None => backing.stated(section, procedure.value, channel.value)?,
        };
        Some(At { value, line: channel.line })
    });
    Found { procedure, statement }
}

/// Reads a table of `national.toml`.
pub(crate) fn read_national(section: &mut Section<'_>, known: Known<'_>) -> Found {
    let (procedure, channel) = read_what(section, known);
    let backing = Backing::read(section);
    let statement = procedure.clone().zip(channel).and_then(|(procedure, channel)| {
        if matches!(channel.value, Channel::BookingPage | Channel::Unknown) {
            section.document().note(
                channel.line,
                format!("the channel `{}` cannot hold for all of France", channel.value),
                "remove this table; the files of the departments say it",
            );
            return None;
        }
        let stated = backing.stated(section, procedure.value, channel.value)?;
        Some(At { value: Statement { national: true, ..stated }, line: channel.line })
    });
    Found { procedure, statement }
}

fn read_what(section: &mut Section<'_>, known: Known<'_>) -> (Option<At<ProcedureId>>, Option<At<Channel>>) {
    let procedure = section
        .text("procedure", "an id of procedures.toml")
        .and_then(|found| known.procedure(section, found));
    let channel =
        section.text("channel", &format!("one of {}", Channel::WORDS.join(", "))).and_then(|found| {
            let value = word(section, "channel", Channel::WORDS, found)?;
            Some(At { value, line: found.line })
        });
    (procedure, channel)
}

/// The national statement that a department says holds there too.
fn copied(
    section: &Section<'_>,
    procedure: &At<ProcedureId>,
    channel: &At<Channel>,
    national: &National,
) -> Option<Statement> {
    let document = section.document();
    for key in ["source", "stated", "url", "only"] {
        if let Some(line) = section.line_of(key) {
            document.note(
                line,
                format!("`{key}` beside `national = true`"),
                "remove it: what national.toml says holds here, with its source",
            );
        }
    }
    let told = national.statements.iter().find(|told| told.procedure == procedure.value);
    match told {
        Some(told) if told.channel == channel.value => return Some(told.clone()),
        Some(told) => document.note(
            channel.line,
            format!("national.toml says `{}` about `{}`", told.channel, told.procedure),
            "write the same channel, or remove `national` and write `source` and `stated`",
        ),
        None if national.is_whole => document.note(
            section.line_of("national").unwrap_or(section.line()),
            format!("national.toml says nothing about `{}`", procedure.value),
            "state it there, or remove `national` and write `source` and `stated`",
        ),
        None => {}
    }
    None
}

/// What a statement rests on.
#[derive(Debug)]
struct Backing {
    source: Option<String>,
    stated: Option<NaiveDate>,
    url: Option<Url>,
    only: Option<String>,
}

impl Backing {
    fn read(section: &mut Section<'_>) -> Self {
        Self {
            source: section.optional_text("source", "who says so").map(|found| found.value.to_owned()),
            stated: section.optional_year_or_day("stated").map(|found| found.value),
            url: address::of_optional_page(section, "url", "the page where that way begins"),
            only: section
                .optional_short_text("only", LONGEST_ONLY, "for whom it holds, in French, where not for all")
                .map(|found| found.value.to_owned()),
        }
    }

    /// The statement that rests on this; `None` where something is missing, which is then noted.
    fn stated(self, section: &Section<'_>, procedure: ProcedureId, channel: Channel) -> Option<Statement> {
        let document = section.document();
        let mut is_complete = true;
        if channel == Channel::Unknown {
            for key in ["url", "only"] {
                if let Some(line) = section.line_of(key) {
                    is_complete = false;
                    document.note(
                        line,
                        format!("`{key}` beside the channel `unknown`"),
                        "remove it, or write the channel that it is about",
                    );
                }
            }
        } else {
            for (key, about) in [
                ("source", "who says so"),
                ("stated", "the year or the day of which the source speaks, as in 2026 or 2026-05-04"),
            ] {
                if section.line_of(key).is_none() {
                    is_complete = false;
                    document.note(
                        section.line(),
                        format!("`{key}` is missing"),
                        format!("add it: {about}; or write the channel \"unknown\""),
                    );
                }
            }
        }
        let Self { source, stated, url, only } = self;
        is_complete.then_some(Statement { procedure, channel, only, url, source, stated, national: false })
    }
}
