//! The outlines of the departments, for drawing and for rough bounds. What never enters: deciding in which department
//! a place lies; the outlines are simplified, so the code decides.

use std::{collections::BTreeSet, path::Path};

use geojson::{Feature, FeatureCollection, GeometryValue, Position as Point};
use guichet_model::{DepartmentCode, Position};

use crate::{
    document::Document,
    problem::{Problem, quoted},
};

/// The most bytes of the file of outlines.
const CAP: u64 = 4 * 1024 * 1024;

/// How far outside its outline's bounds a site may lie, in degrees: outlines are simplified and without islets.
const MARGIN: f64 = 0.3;

/// A department's outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// INSEE code.
    pub code: DepartmentCode,
    /// French name, as the map has it.
    pub name: String,
    /// Polygons of rings of longitude and latitude (WGS 84, degrees), wound as RFC 7946 asks: the outer ring first
    /// and counter-clockwise.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Outline {
    /// Whether a place is inside the outline's bounds or at most 0.3 degrees outside of them.
    pub(crate) fn is_roughly_around(&self, place: Position) -> bool {
        let mut points = self.polygons.iter().flatten().flatten();
        let Some(&[lon, lat]) = points.next() else {
            return false;
        };
        let (mut west, mut east, mut south, mut north) = (lon, lon, lat, lat);
        for &[lon, lat] in points {
            (west, east) = (west.min(lon), east.max(lon));
            (south, north) = (south.min(lat), north.max(lat));
        }
        (west - MARGIN..=east + MARGIN).contains(&place.lon)
            && (south - MARGIN..=north + MARGIN).contains(&place.lat)
    }
}

/// Reads `geo/departements.geojson`: one outline for each of `departments`, where these are known.
pub(crate) fn read(
    file: &Path,
    departments: Option<&BTreeSet<DepartmentCode>>,
) -> (Vec<Outline>, Vec<Problem>) {
    const AGAIN: &str = "make the file again; geo/ATTRIBUTION.md says from what";
    let document = Document::open(file, CAP);
    if !document.is_fine() {
        return (Vec::new(), document.into_problems());
    }
    let mut outlines: Vec<Outline> = Vec::new();
    match document.text().parse::<FeatureCollection>() {
        Err(_not_geojson) => document.note_whole("this is not a GeoJSON feature collection", AGAIN),
        Ok(collection) => {
            for (at, feature) in collection.features.iter().enumerate() {
                match outline(feature) {
                    Ok(outline) if outlines.iter().any(|other| other.code == outline.code) => {
                        document.note_whole(format!("`{}` has two outlines", outline.code), AGAIN);
                    }
                    Ok(outline) => outlines.push(outline),
                    Err(wrong) => document.note_whole(format!("feature {}: {wrong}", at + 1), AGAIN),
                }
            }
            let missing: Vec<String> = departments
                .into_iter()
                .flatten()
                .filter(|code| !outlines.iter().any(|outline| outline.code == **code))
                .map(|code| format!("`{code}`"))
                .collect();
            if document.is_fine() && !missing.is_empty() {
                document.note_whole(format!("no outline for {}", missing.join(", ")), AGAIN);
            }
        }
    }
    (outlines, document.into_problems())
}

fn outline(feature: &Feature) -> Result<Outline, String> {
    let text = |name| {
        feature
            .property(name)
            .and_then(|value| value.as_str())
            .ok_or_else(|| format!("its property `{name}` is missing or no text"))
    };
    let code = text("code")?;
    let code = code.parse().map_err(|_error| format!("its code {} is not a department's", quoted(code)))?;
    let name = text("name")?.to_owned();
    let geometry = feature.geometry.as_ref().ok_or("it has no geometry")?;
    let polygons = match &geometry.value {
        GeometryValue::Polygon { coordinates } => vec![rings(coordinates)?],
        GeometryValue::MultiPolygon { coordinates } => {
            coordinates.iter().map(|polygon| rings(polygon)).collect::<Result<_, _>>()?
        }
        _ => return Err("its geometry is neither a polygon nor a multi-polygon".to_owned()),
    };
    Ok(Outline { code, name, polygons })
}

fn rings(polygon: &[Vec<Point>]) -> Result<Vec<Vec<[f64; 2]>>, String> {
    polygon
        .iter()
        .map(|ring| {
            let points: Vec<[f64; 2]> = ring.iter().filter_map(place).collect();
            // The shortest ring is a triangle whose first point comes again at the end.
            if points.len() < 4 || points.len() != ring.len() {
                return Err("a ring has too few points, or one that is no place on Earth".to_owned());
            }
            Ok(points)
        })
        .collect()
}

fn place(point: &Point) -> Option<[f64; 2]> {
    match point.as_slice() {
        &[lon, lat, ..] if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Some([lon, lat]),
        _ => None,
    }
}
