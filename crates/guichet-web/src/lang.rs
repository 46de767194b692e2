//! The languages of the pages, by their codes and in addresses. What never enters: what is said in them.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lang {
    Fr,
    En,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The code used in addresses and in `lang` attributes.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// Its own name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::En => "English",
        }
    }

    pub(crate) fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// The language of an address, French where it names none.
    pub(crate) fn of_path(path: &str) -> Self {
        path.split('/').nth(1).and_then(Self::of).unwrap_or(Self::Fr)
    }
}
