//! The whole web side over a small database: pages, `GeoJSON`, headers, words.

mod api;
mod audit;
pub(crate) mod built;
mod damage;
mod delay;
mod fixture;
mod headers;
mod locales;
mod pages;
mod reports;
mod sentences;
mod serving;
mod style;
