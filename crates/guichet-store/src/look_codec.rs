//! How the looks of a day are written into few bytes, and read back. What never enters: SQL, which looks there are.
//!
//! In ascending order of [`Look`], for each: the milliseconds since the one before it (the first: since midnight UTC), a
//! byte that tells what was seen, and for open ones the lead time in minutes plus one, 0 where it is not told. Numbers
//! are LEB128: seven bits a byte, the lowest first. Exactly one row of bytes stands for a list of looks; all others are
//! refused, so that a changed byte is found where it can be.

use chrono::{DateTime, NaiveDate, TimeDelta};
use guichet_model::{Dates, DatesClass, Instant, Look, Seen};
use thiserror::Error;

use crate::columns::millis;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Added to the byte of what was seen where the design planned the look.
const BASE: u8 = 8;
/// The longest number: 33 bits.
const MOST_NUMBER_BYTES: u32 = 5;

/// What was seen, as a number below [`BASE`].
const UNKNOWN: u8 = 0;
const FULL: u8 = 1;
const SHUT: u8 = 2;
/// Open pages by class, from this number on.
const OPEN: u8 = 3;
const CLASSES: [DatesClass; 5] =
    [DatesClass::TwoOrMore, DatesClass::One, DatesClass::OneOrMore, DatesClass::Later, DatesClass::Untold];

/// Why bytes are no looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NoLooks {
    #[error("the day is out of range")]
    Day,
    #[error("they break off")]
    CutShort,
    #[error("a number is written too long")]
    Number,
    #[error("the byte {0} tells nothing that can be seen")]
    Tag(u8),
    #[error("a look lies on another day")]
    OtherDay,
    #[error("they are not in order")]
    Order,
    #[error("there are none")]
    Empty,
}

/// The day on which an instant lies, counted from 1970 in UTC.
pub(crate) fn day_of(at: Instant) -> i64 {
    millis(at).div_euclid(DAY_MS)
}

/// The date of a day; `None` where no calendar reaches it.
pub(crate) fn date_of(day: i64) -> Option<NaiveDate> {
    Some(midnight(day)?.date_naive())
}

fn midnight(day: i64) -> Option<Instant> {
    DateTime::from_timestamp_millis(day.checked_mul(DAY_MS)?)
}

/// Writes looks of one day, which are in ascending order and whole milliseconds.
pub(crate) fn encode(looks: &[Look]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(looks.len() * 6);
    let mut last = looks.first().map_or(0, |look| day_of(look.at) * DAY_MS);
    for look in looks {
        let at = millis(look.at);
        write_number(u64::try_from(at - last).unwrap_or(0), &mut bytes);
        last = at;
        let base = if look.is_base { BASE } else { 0 };
        match look.seen {
            Seen::Unknown => bytes.push(base + UNKNOWN),
            Seen::Full => bytes.push(base + FULL),
            Seen::Shut => bytes.push(base + SHUT),
            Seen::Open(dates) => {
                bytes.push(base + OPEN + place(dates.class));
                write_number(dates.lead_min.map_or(0, |lead| u64::from(lead) + 1), &mut bytes);
            }
        }
    }
    bytes
}

/// Reads what [`encode`] wrote of `day` and appends it to `looks`.
pub(crate) fn decode(day: i64, mut bytes: &[u8], looks: &mut Vec<Look>) -> Result<(), NoLooks> {
    if bytes.is_empty() {
        return Err(NoLooks::Empty);
    }
    let midnight = midnight(day).ok_or(NoLooks::Day)?;
    let mut since_midnight = 0_u64;
    let mut last: Option<Look> = None;
    while !bytes.is_empty() {
        since_midnight += read_number(&mut bytes)?;
        let within = i64::try_from(since_midnight).ok().filter(|ms| *ms < DAY_MS).ok_or(NoLooks::OtherDay)?;
        let at = midnight.checked_add_signed(TimeDelta::milliseconds(within)).ok_or(NoLooks::Day)?;
        let tag = bytes.split_off_first().copied().ok_or(NoLooks::CutShort)?;
        let seen = match tag % BASE {
            _ if tag >= 2 * BASE => return Err(NoLooks::Tag(tag)),
            UNKNOWN => Seen::Unknown,
            FULL => Seen::Full,
            SHUT => Seen::Shut,
            open => {
                let class = CLASSES.get(usize::from(open - OPEN)).ok_or(NoLooks::Tag(tag))?;
                Seen::Open(Dates { class: *class, lead_min: lead(read_number(&mut bytes)?)? })
            }
        };
        let look = Look { at, is_base: tag >= BASE, seen };
        if last.is_some_and(|last| last > look) {
            return Err(NoLooks::Order);
        }
        last = Some(look);
        looks.push(look);
    }
    Ok(())
}

fn place(class: DatesClass) -> u8 {
    match class {
        DatesClass::TwoOrMore => 0,
        DatesClass::One => 1,
        DatesClass::OneOrMore => 2,
        DatesClass::Later => 3,
        DatesClass::Untold => 4,
    }
}

fn lead(number: u64) -> Result<Option<u32>, NoLooks> {
    number.checked_sub(1).map(u32::try_from).transpose().map_err(|_too_great| NoLooks::Number)
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn read_number(bytes: &mut &[u8]) -> Result<u64, NoLooks> {
    let mut number = 0;
    for group in 0..MOST_NUMBER_BYTES {
        let byte = *bytes.split_off_first().ok_or(NoLooks::CutShort)?;
        number |= u64::from(byte & 0x7f) << (7 * group);
        if byte < 0x80 {
            // A last group of nothing but zeros would be a second way to write the same number.
            return if byte == 0 && group > 0 { Err(NoLooks::Number) } else { Ok(number) };
        }
    }
    Err(NoLooks::Number)
}
