//! The catalogue seen from outside.

mod bad_files;
#[cfg(test)]
mod folder;
mod real_data;
