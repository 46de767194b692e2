//! The outlines of the departments as paths of one drawing: metropolitan France in a Lambert conformal conic
//! projection, Île-de-France again and larger, the five overseas departments in boxes of their own. Computed once.
//! What never enters: figures, colours, words.

use std::{f64::consts::FRAC_PI_4, fmt::Write as _};

use guichet_model::DepartmentCode;
use serde::Serialize;

/// Polygons, their rings, their positions (longitude, latitude).
pub(crate) type Polygons = [Vec<Vec<[f64; 2]>>];

/// Width and height of the drawing, in its own units.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 1340.0;

/// Where metropolitan France is drawn: left, top, width, height.
const METROPOLIS: Frame = Frame(4.0, 4.0, 992.0, 1000.0);
/// Below it on the left, as high as the two rows of boxes overseas on the right.
const CAPITAL_REGION: Frame = Frame(4.0, 1020.0, 320.0, 281.0);
const CAPITAL_CODES: [&str; 8] = ["75", "77", "78", "91", "92", "93", "94", "95"];
const OVERSEAS: [&str; 5] = ["971", "972", "973", "974", "976"];
/// The boxes overseas, three in a row: the first one, and how far the next one is to the right and below.
const FIRST_OVERSEAS: Frame = Frame(342.0, 1020.0, 208.0, 118.0);
const NEXT_OVERSEAS: (f64, f64) = (223.0, 163.0);

/// Below this many square units a symbol would hide its department.
const ROOM_FOR_A_SYMBOL: f64 = 700.0;

#[derive(Debug, Clone, Copy)]
struct Frame(f64, f64, f64, f64);

/// One department of a panel.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shape {
    pub(crate) code: String,
    /// SVG path data.
    pub(crate) d: String,
    /// Where its symbol stands, where there is room for one.
    pub(crate) label: Option<(i32, i32)>,
}

/// A part of the drawing with its own scale.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Panel {
    /// `metropolis`, `capital` or the code of an overseas department.
    pub(crate) name: String,
    /// Left, top, width and height of its box; the metropolis has none.
    pub(crate) frame: Option<(i32, i32, i32, i32)>,
    pub(crate) shapes: Vec<Shape>,
}

/// The whole drawing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Map {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) panels: Vec<Panel>,
}

impl Map {
    pub(crate) fn draw<'a>(outlines: impl Iterator<Item = (&'a DepartmentCode, &'a Polygons)>) -> Self {
        let all: Vec<(&DepartmentCode, &Polygons)> = outlines.collect();
        let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<(&DepartmentCode, &Polygons)> {
            all.iter().copied().filter(|(code, _)| wanted(code.as_str())).collect()
        };
        let mut panels = vec![
            panel("metropolis", &of(&|code| code.len() == 2), METROPOLIS, false),
            panel("capital", &of(&|code| CAPITAL_CODES.contains(&code)), CAPITAL_REGION, true),
        ];
        for (i, code) in (0_u32..).zip(OVERSEAS) {
            let Frame(left, top, width, height) = FIRST_OVERSEAS;
            let (right, below) = NEXT_OVERSEAS;
            let frame = Frame(left + f64::from(i % 3) * right, top + f64::from(i / 3) * below, width, height);
            panels.push(panel(code, &of(&|other| other == code), frame, true));
        }
        Self { width: unit(WIDTH), height: unit(HEIGHT), panels }
    }
}

fn panel(name: &str, departments: &[(&DepartmentCode, &Polygons)], frame: Frame, boxed: bool) -> Panel {
    let overseas = departments.iter().all(|(code, _)| code.as_str().len() == 3);
    let projected: Vec<(&DepartmentCode, Vec<Vec<[f64; 2]>>)> = departments
        .iter()
        .map(|(code, polygons)| {
            let rings = polygons.iter().flatten().map(|ring| {
                ring.iter()
                    .map(|position| if overseas { plate(*position) } else { lambert(*position) })
                    .collect()
            });
            (*code, rings.collect())
        })
        .collect();
    let fit = Fit::of(projected.iter().flat_map(|(_, rings)| rings.iter().flatten()), frame);
    let shapes = projected
        .iter()
        .map(|(code, rings)| {
            let rings: Vec<Vec<[f64; 2]>> =
                rings.iter().map(|ring| ring.iter().map(|point| fit.place(*point)).collect()).collect();
            Shape { code: code.as_str().to_owned(), d: path(&rings), label: label(&rings) }
        })
        .collect();
    let Frame(left, top, width, height) = frame;
    Panel {
        name: name.to_owned(),
        frame: boxed.then(|| (unit(left), unit(top), unit(width), unit(height))),
        shapes,
    }
}

/// Lambert conformal conic on the sphere, standard parallels 44° and 49°, origin 3° E, 46.5° N (those of Lambert-93);
/// x to the east, y to the south, in radii of the Earth.
fn lambert([lon, lat]: [f64; 2]) -> [f64; 2] {
    let half = |degrees: f64| (FRAC_PI_4 + degrees.to_radians() / 2.0).tan();
    let (phi1, phi2) = (44_f64.to_radians(), 49_f64.to_radians());
    let n = (phi1.cos() / phi2.cos()).ln() / (half(49.0) / half(44.0)).ln();
    let f = phi1.cos() * half(44.0).powf(n) / n;
    let rho = |degrees: f64| f / half(degrees).powf(n);
    let theta = n * (lon - 3.0).to_radians();
    [rho(lat) * theta.sin(), rho(lat) * theta.cos() - rho(46.5)]
}

/// A small island as a plan: degrees, the eastward ones shortened as at its latitude.
fn plate([lon, lat]: [f64; 2]) -> [f64; 2] {
    [lon.to_radians() * lat.to_radians().cos(), -lat.to_radians()]
}

/// Scale and shift that bring a cloud of points into the middle of a frame.
#[derive(Debug, Clone, Copy)]
struct Fit {
    scale: f64,
    left: f64,
    top: f64,
}

impl Fit {
    fn of<'a>(points: impl Iterator<Item = &'a [f64; 2]>, Frame(left, top, width, height): Frame) -> Self {
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for point in points {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let inner = if width > 900.0 { 0.0 } else { 8.0 };
        let room = |size: f64, axis: usize| (size - 2.0 * inner) / (high[axis] - low[axis]).max(1e-9);
        let scale = room(width, 0).min(room(height, 1));
        Self {
            scale,
            left: left + width / 2.0 - scale * (low[0] + high[0]) / 2.0,
            top: top + height / 2.0 - scale * (low[1] + high[1]) / 2.0,
        }
    }

    fn place(self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.left + self.scale * x, self.top + self.scale * y]
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place in a drawing of about a thousand units")]
fn unit(x: f64) -> i32 {
    x.round() as i32
}

/// Path data in whole units. Rounding depends on the point alone, so that neighbours still share their border; points
/// that fall together are dropped, and rings that shrink to less than a triangle.
fn path(rings: &[Vec<[f64; 2]>]) -> String {
    let mut d = String::new();
    for ring in rings {
        let mut points: Vec<(i32, i32)> = ring.iter().map(|[x, y]| (unit(*x), unit(*y))).collect();
        points.dedup();
        if points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        let Some(((x, y), rest)) = points.split_first().filter(|(_, rest)| rest.len() > 1) else {
            continue;
        };
        let mut at = (*x, *y);
        // Writing to a String cannot fail.
        let _ = write!(d, "M{x} {y}l");
        for (i, (x, y)) in rest.iter().enumerate() {
            let (dx, dy) = (x - at.0, y - at.1);
            let before = if i > 0 && dx >= 0 { " " } else { "" };
            let between = if dy >= 0 { " " } else { "" };
            let _ = write!(d, "{before}{dx}{between}{dy}");
            at = (*x, *y);
        }
        d.push('z');
    }
    d
}

/// The centre of gravity of the largest ring, where that ring is large enough.
fn label(rings: &[Vec<[f64; 2]>]) -> Option<(i32, i32)> {
    let (area, centre) = rings.iter().map(|ring| gravity(ring)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (area >= ROOM_FOR_A_SYMBOL).then(|| (unit(centre[0]), unit(centre[1])))
}

/// Area and centre of gravity of a ring (shoelace formula).
fn gravity(ring: &[[f64; 2]]) -> (f64, [f64; 2]) {
    let Some(origin) = ring.first() else {
        return (0.0, [0.0; 2]);
    };
    let (mut twice, mut sum) = (0.0, [0.0; 2]);
    for pair in ring.windows(2) {
        let [[ax, ay], [bx, by]] = [pair[0], pair[1]].map(|[x, y]| [x - origin[0], y - origin[1]]);
        let cross = ax * by - bx * ay;
        twice += cross;
        sum[0] += (ax + bx) * cross;
        sum[1] += (ay + by) * cross;
    }
    if twice == 0.0 {
        return (0.0, *origin);
    }
    let centre = [origin[0] + sum[0] / (3.0 * twice), origin[1] + sum[1] / (3.0 * twice)];
    (twice.abs() / 2.0, centre)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREST: [f64; 2] = [-4.49, 48.39];
    const STRASBOURG: [f64; 2] = [7.75, 48.58];
    const LILLE: [f64; 2] = [3.06, 50.63];
    const PERPIGNAN: [f64; 2] = [2.9, 42.7];

    #[test]
    fn brest_is_left_of_strasbourg_and_lille_above_perpignan() {
        assert!(lambert(BREST)[0] < lambert(STRASBOURG)[0]);
        assert!(lambert(LILLE)[1] < lambert(PERPIGNAN)[1]);
    }

    #[test]
    fn distances_are_those_of_the_earth_within_a_percent() {
        // About 882 km from Lille to Perpignan and 902 km from Brest to Strasbourg, on a sphere of 6,371 km.
        for (a, b, km) in [(LILLE, PERPIGNAN, 882.0), (BREST, STRASBOURG, 902.0)] {
            let ([ax, ay], [bx, by]) = (lambert(a), lambert(b));
            let drawn = (ax - bx).hypot(ay - by) * 6371.0;
            assert!((drawn / km - 1.0).abs() < 0.01, "{drawn} km instead of {km}");
        }
    }

    #[test]
    fn a_path_is_closed_and_drops_what_falls_together() {
        let square = vec![[0.2, 0.1], [0.3, 0.2], [10.1, 0.0], [10.0, 9.9], [0.0, 10.0], [0.2, 0.1]];
        assert_eq!(path(&[square]), "M0 0l10 0 0 10-10 0z");
        assert_eq!(path(&[vec![[0.0, 0.0], [0.1, 0.1], [0.0, 0.0]]]), "");
    }

    #[test]
    fn a_symbol_stands_in_the_middle_of_a_department_with_room() {
        let square = |size: f64| vec![[0.0, 0.0], [size, 0.0], [size, size], [0.0, size], [0.0, 0.0]];
        assert_eq!(label(&[square(60.0), square(4.0)]), Some((30, 30)));
        assert_eq!(label(&[square(4.0)]), None);
    }
}
