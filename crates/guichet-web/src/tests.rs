//! The whole web side over a small database: pages, `GeoJSON`, headers, words.

mod api;
mod fixture;
mod headers;
mod locales;
mod pages;
mod serving;
mod style;
