//! The whole web side over a small database: pages, `GeoJSON`, headers, words.

mod api;
mod delay;
mod fixture;
mod headers;
mod locales;
mod pages;
mod sentences;
mod serving;
mod style;
