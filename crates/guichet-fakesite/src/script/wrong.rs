//! What is wrong in a script, and where. What never enters: what a script may say.

use std::{fmt::Display, ops::Range};

use toml::Spanned;

/// What is wrong, and at which bytes of the text.
pub(super) struct Wrong {
    pub(super) span: Range<usize>,
    pub(super) problem: String,
}

pub(super) type Checked<T> = Result<T, Wrong>;

pub(super) fn wrong<T, V>(at: &Spanned<V>, problem: impl Display) -> Checked<T> {
    Err(Wrong { span: at.span(), problem: problem.to_string() })
}

pub(super) fn check<V>(at: &Spanned<V>, fine: bool, problem: impl Display) -> Checked<()> {
    if fine { Ok(()) } else { wrong(at, problem) }
}
