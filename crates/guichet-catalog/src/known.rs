//! What the files beside the sites say that a site file may name. What never enters: reading them.

use std::collections::BTreeSet;

use guichet_model::{DepartmentCode, ProcedureId};

use crate::Outline;

/// What the lists beside the sites know; `None` where a list could not be read, so that nothing is held against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The departments.
    pub(crate) departments: Option<&'a BTreeSet<DepartmentCode>>,
    /// The procedures.
    pub(crate) procedures: Option<&'a BTreeSet<ProcedureId>>,
    /// The outlines.
    pub(crate) outlines: &'a [Outline],
}
