//! Which booking platforms are imitated, and where a form lives on each: its path, and what a target says beside it.
//! What never enters: pages, requests, scripts.

use guichet_model::{ParamValue, Params};
use serde::Deserialize;

use crate::state::State;

/// The first part of every path of eAppointment.
pub(crate) const EAPPOINTMENT: &str = "eAppointmentpref94";

/// A platform, by the word of site files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Platform {
    #[default]
    EzBooking,
    RdvPrefecture,
    Eappointment,
    #[serde(rename = "rdv-service-public")]
    ServicePublic,
    Orion,
}

impl Platform {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::EzBooking => "ez-booking",
            Self::RdvPrefecture => "rdv-prefecture",
            Self::Eappointment => "eappointment",
            Self::ServicePublic => "rdv-service-public",
            Self::Orion => "orion",
        }
    }

    /// Whether a form can have several desks: step 1's there, motives or places elsewhere.
    pub(crate) fn has_desks(self) -> bool {
        matches!(self, Self::EzBooking | Self::Eappointment | Self::ServicePublic)
    }

    /// Whose pages a path belongs to, whether or not there is such a page.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        let path = path.strip_prefix("/index.php").unwrap_or(path);
        match path.split('/').find(|part| !part.is_empty())? {
            "booking" | "ezjscore" => Some(Self::EzBooking),
            "rdvpref" => Some(Self::RdvPrefecture),
            EAPPOINTMENT => Some(Self::Eappointment),
            "prendre_rdv" | "prdv" | "org" | "users" | "prendre_rdv_prescripteur" | "prescripteur" => {
                Some(Self::ServicePublic)
            }
            "orion-reservation" | "orion" => Some(Self::Orion),
            _ => None,
        }
    }
}

/// Where a form lives on its platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    EzBooking,
    RdvPrefecture,
    Eappointment { sitekey: String },
    ServicePublic { organisation: u32, motif: String },
    Orion { account: String, config: String, place: Option<String>, purpose: Option<String> },
}

impl Address {
    pub(crate) fn platform(&self) -> Platform {
        match self {
            Self::EzBooking => Platform::EzBooking,
            Self::RdvPrefecture => Platform::RdvPrefecture,
            Self::Eappointment { .. } => Platform::Eappointment,
            Self::ServicePublic { .. } => Platform::ServicePublic,
            Self::Orion { .. } => Platform::Orion,
        }
    }

    /// Where a visit begins.
    pub(crate) fn path(&self, id: u32) -> String {
        match self {
            Self::EzBooking => format!("/booking/create/{id}"),
            Self::RdvPrefecture => format!("/rdvpref/reservation/demarche/{id}/"),
            Self::Eappointment { sitekey } => {
                format!("/{EAPPOINTMENT}/appointment.do?sitekey={sitekey}&mobile=")
            }
            Self::ServicePublic { organisation, motif } => format!(
                "/prendre_rdv?departement=&motif_name_with_location_type={motif}-public_office&public_link_organisation_id={organisation}"
            ),
            Self::Orion { account, config, place, .. } => {
                let code = place.as_ref().map(|place| format!("&code={place}")).unwrap_or_default();
                format!("/orion-reservation/slots?account={account}&config={config}&usemode=app{code}")
            }
        }
    }

    /// What a target must say beside the path; `id` is the form's, `desks` are those of its desks.
    pub(crate) fn params(&self, id: u32, desks: impl Iterator<Item = u32>) -> Params {
        let mut params = Params::new();
        match self {
            Self::EzBooking | Self::RdvPrefecture | Self::ServicePublic { .. } => {}
            Self::Eappointment { .. } => {
                let motives = desks.map(|desk| desk.to_string()).collect();
                params.insert("motives".to_owned(), ParamValue::List(motives));
            }
            Self::Orion { place, purpose, .. } => {
                let own_id = orion_id(id);
                for (name, value) in [
                    ("internal_endpoint", "agreed"),
                    ("config_id", own_id.as_str()),
                    ("purpose_id", own_id.as_str()),
                    ("business_id", purpose.as_deref().unwrap_or("MOTIF")),
                    ("purpose_name", "Un motif"),
                    ("minutes", "20"),
                ] {
                    params.insert(name.to_owned(), ParamValue::Text(value.to_owned()));
                }
                let places = vec![place.clone().unwrap_or_else(|| "LIEU".to_owned())];
                params.insert("places".to_owned(), ParamValue::List(places));
            }
        }
        params
    }

    /// Whether a CAPTCHA stands before the slots.
    pub(crate) fn is_walled(&self) -> bool {
        matches!(self, Self::RdvPrefecture)
    }

    /// Whether the page states how things are in this state, so that a reader of it knows.
    pub(crate) fn tells(&self, state: State) -> bool {
        match state {
            State::Open | State::Full => !self.is_walled(),
            State::Shut => matches!(self, Self::EzBooking | Self::ServicePublic { .. }),
            State::NoCalendar => matches!(self, Self::EzBooking),
            _ => false,
        }
    }
}

/// The id that a configuration of Orion has beside its name, and its purpose too: the form's, in 24 digits.
pub(crate) fn orion_id(form: u32) -> String {
    format!("{form:024}")
}
