//! How pages are read, from outside the crate.

#[cfg(test)]
mod conversation;
#[cfg(test)]
mod covered;
#[cfg(test)]
mod eappointment;
#[cfg(test)]
mod english;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod following;
#[cfg(test)]
mod hidden;
#[cfg(test)]
mod orion;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rdv_prefecture;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod signs;
#[cfg(test)]
mod site_files;
