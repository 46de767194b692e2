//! Exit codes: 0 fine, 1 problems found, 2 usage or environment, 3 partial. What never enters: messages.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All was done.
    Fine,
    /// The command did its work and found problems in what it looked at.
    ProblemsFound,
    /// Wrong usage, or something around us is missing.
    Environment,
    /// A part was done.
    Partial,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::ProblemsFound => 1,
            Exit::Environment => 2,
            Exit::Partial => 3,
        })
    }
}

/// A catalogue with problems is a finding; all other errors concern usage or surroundings.
pub(crate) fn of_error(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<guichet_catalog::Problems>().is_some() {
        Exit::ProblemsFound
    } else {
        Exit::Environment
    }
}
