//! The catalogue seen from outside.

mod bad_files;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod channels;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod lists;
mod real_data;
