//! What was looked for on a page and what was there: the same call that decides writes it down, so that an explanation
//! cannot differ from the decision. What never enters: text of the page.

use guichet_model::Marker;

/// The most markers kept of a page.
const MOST: usize = 60;
/// The longest name of a marker, in characters.
const LONGEST: usize = 200;

/// The markers looked for on one page, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markers(Vec<Marker>);

impl Markers {
    /// Notes that `what` was looked for, and whether it was there; gives that back.
    pub fn look(&mut self, what: impl Into<String>, found: bool) -> bool {
        if self.0.len() < MOST {
            let what: String = what.into();
            self.0.push(Marker { what: what.chars().take(LONGEST).collect(), found });
        }
        found
    }

    /// All of them.
    pub fn all(&self) -> &[Marker] {
        &self.0
    }

    /// All of them, to keep.
    pub fn into_all(self) -> Vec<Marker> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_kept_in_order_and_bounded() {
        let mut markers = Markers::default();
        assert!(markers.look("a title", true) && !markers.look("x".repeat(1_000), false));
        assert_eq!(markers.all()[0], Marker { what: "a title".to_owned(), found: true });
        assert_eq!(markers.all()[1].what.len(), LONGEST);
        for _ in 0..1_000 {
            markers.look("again", false);
        }
        assert_eq!(markers.into_all().len(), MOST);
    }
}
