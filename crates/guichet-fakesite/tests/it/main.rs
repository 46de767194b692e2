//! The invented sites, visited over real connections on loopback.

#[cfg(test)]
mod binary;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod forbidden;
#[cfg(test)]
mod platform_walks;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod states;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod walk;
