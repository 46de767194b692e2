//! The data behind the page, reduced while it is parsed to what is looked at: nothing of it is kept, however large it
//! is. What never enters: fields whose meaning nobody has described.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// Keys under which a service reports that it failed, in lower case.
const ERRORS: [&str; 6] = ["error", "errors", "exception", "fault", "errorcode", "errormessage"];

/// What is looked at of the data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// How often `daySlots` is there.
    pub(super) lists: usize,
    /// One of them is no list.
    pub(super) not_a_list: bool,
    /// How many entries the lists have.
    pub(super) entries: usize,
    /// How many of them are objects with something in them.
    pub(super) days: usize,
    /// How many of these do not hold empty lists only.
    pub(super) filled: usize,
    /// The data reports an error.
    pub(super) failed: bool,
}

impl Answer {
    /// Reads the data; `None` when it is anything but one well-formed object.
    pub(super) fn of(body: &str) -> Option<Self> {
        serde_json::from_str(body.trim_start_matches('\u{FEFF}')).ok()
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Answer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answer, A::Error> {
                let mut answer = Answer::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "daySlots" {
                        answer.lists += 1;
                        match map.next_value()? {
                            Piece::List { entries, days, filled } => {
                                answer.entries += entries;
                                answer.days += days;
                                answer.filled += filled;
                            }
                            _ => answer.not_a_list = true,
                        }
                        continue;
                    }
                    let key = key.to_ascii_lowercase();
                    if ERRORS.contains(&key.as_str()) {
                        answer.failed |= !map.next_value::<Piece>()?.is_nothing();
                    } else if key == "status" {
                        answer.failed |= matches!(map.next_value()?, Piece::Number(status) if status >= 400);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(answer)
            }
        }

        data.deserialize_map(Object)
    }
}

/// A value of the data, as far as it matters.
enum Piece {
    /// `null`, `false`, an empty text.
    Nothing,
    /// A whole number that is not negative.
    Number(u64),
    /// Any other plain value.
    Something,
    List {
        entries: usize,
        days: usize,
        filled: usize,
    },
    Object {
        keys: usize,
        /// Lists in it, at any depth.
        lists: usize,
        /// Those that have entries.
        filled: usize,
    },
}

impl Piece {
    fn is_nothing(&self) -> bool {
        matches!(
            self,
            Self::Nothing | Self::Number(0) | Self::List { entries: 0, .. } | Self::Object { keys: 0, .. }
        )
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
        data.deserialize_any(AnyPiece)
    }
}

struct AnyPiece;

impl<'de> Visitor<'de> for AnyPiece {
    type Value = Piece;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Piece, E> {
        Ok(Piece::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Piece, E> {
        Ok(if value { Piece::Something } else { Piece::Nothing })
    }

    fn visit_u64<E>(self, value: u64) -> Result<Piece, E> {
        Ok(Piece::Number(value))
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Piece, E> {
        Ok(Piece::Something)
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Piece, E> {
        Ok(Piece::Something)
    }

    fn visit_str<E>(self, value: &str) -> Result<Piece, E> {
        Ok(if value.trim().is_empty() { Piece::Nothing } else { Piece::Something })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Piece, A::Error> {
        let (mut entries, mut days, mut filled) = (0, 0, 0);
        while let Some(entry) = list.next_element::<Piece>()? {
            entries += 1;
            if let Piece::Object { keys: 1.., lists, filled: with_entries } = entry {
                days += 1;
                filled += usize::from(lists == 0 || with_entries > 0);
            }
        }
        Ok(Piece::List { entries, days, filled })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Piece, A::Error> {
        let (mut keys, mut lists, mut filled) = (0, 0, 0);
        while map.next_key::<IgnoredAny>()?.is_some() {
            keys += 1;
            match map.next_value()? {
                Piece::List { entries, .. } => {
                    lists += 1;
                    filled += usize::from(entries > 0);
                }
                Piece::Object { lists: within, filled: with_entries, .. } => {
                    lists += within;
                    filled += with_entries;
                }
                Piece::Nothing | Piece::Number(_) | Piece::Something => {}
            }
        }
        Ok(Piece::Object { keys, lists, filled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(body: &str) -> Option<(usize, usize, usize)> {
        Answer::of(body).map(|answer| (answer.entries, answer.days, answer.filled))
    }

    #[test]
    fn entries_are_told_apart() {
        for (list, counts) in [
            ("[]", (0, 0, 0)),
            (r#"[{"date":"2030-01-07"}]"#, (1, 1, 1)),
            (r#"[{"date":"2030-01-07","slots":[]}]"#, (1, 1, 0)),
            (r#"[{"slots":[]},{"slots":[{"hour":"09:00"}]}]"#, (2, 2, 1)),
            (r#"[{"a":{"b":[]}},{"a":{"b":[1]}}]"#, (2, 2, 1)),
            (r#"[{},1,"x",null,[],[{"a":1}]]"#, (6, 0, 0)),
        ] {
            assert_eq!(days(&format!(r#"{{"x":[1],"daySlots":{list},"y":{{}}}}"#)), Some(counts), "{list}");
        }
    }

    #[test]
    fn errors_are_seen_whatever_their_case_and_only_if_they_say_something() {
        for (fields, failed) in [
            (r#""error":"Internal""#, true),
            (r#""Errors":[1]"#, true),
            (r#""exception":{"a":1}"#, true),
            (r#""errorCode":12"#, true),
            (r#""status":500"#, true),
            (
                r#""error":null,"errors":[],"fault":{},"exception":"","errorCode":0,"errorMessage":false"#,
                false,
            ),
            (r#""status":200,"message":"x""#, false),
        ] {
            let answer = Answer::of(&format!(r#"{{"daySlots":[],{fields}}}"#)).unwrap();
            assert_eq!((answer.failed, answer.lists), (failed, 1), "{fields}");
        }
    }

    #[test]
    fn a_list_that_comes_twice_or_is_none_is_told() {
        let answer = Answer::of(r#"{"daySlots":[],"daySlots":[{"a":1}]}"#).unwrap();
        assert_eq!((answer.lists, answer.not_a_list), (2, false));
        for other in ["null", "{}", "0", "\"[]\"", "false"] {
            let answer = Answer::of(&format!(r#"{{"daySlots":{other}}}"#)).unwrap();
            assert_eq!((answer.lists, answer.not_a_list), (1, true), "{other}");
        }
        assert_eq!(Answer::of("{}"), Some(Answer::default()));
    }

    #[test]
    fn what_is_not_one_well_formed_object_is_nothing() {
        for body in [
            "",
            "null",
            "[]",
            "[{\"daySlots\":[]}]",
            "{\"daySlots\":[]",
            "{\"daySlots\":[]}{}",
            "{\"daySlots\":[],}",
            "{daySlots:[]}",
            "{\"daySlots\":[}",
            "{\"daySlots\":[],\"x\":NaN}",
        ] {
            assert_eq!(Answer::of(body), None, "{body}");
        }
    }

    #[test]
    fn deep_and_large_data_ends_soon() {
        let deep = format!("{{\"daySlots\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(Answer::of(&deep), None);
        let deep_objects =
            format!("{{\"daySlots\":[{}1{}]}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(Answer::of(&deep_objects), None);
        let many = format!("{{\"daySlots\":[{}{{}}]}}", "{},".repeat(500_000));
        assert_eq!(days(&many), Some((500_001, 0, 0)));
    }
}
