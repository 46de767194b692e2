//! Figures for people at a terminal: the numbers below the sentences, the week as a drawing, what was seen. What never
//! enters: sentences (they are the pages' and have a language), computing.

pub(crate) mod seen;
pub(crate) mod table;
pub(crate) mod week;
