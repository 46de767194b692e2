//! Text can be read in light and in dark: a contrast of 4.5 at least (WCAG 2.2, 1.4.3), 3 for what is not text.

use std::collections::BTreeMap;

use crate::assets;

type Palette = BTreeMap<String, [f64; 3]>;

/// The colours of the first and of the second `:root`.
fn palettes() -> [Palette; 2] {
    let css = assets::text("css/style.css").unwrap();
    let mut blocks = css.split(":root {").skip(1).map(|block| {
        block
            .split('}')
            .next()
            .unwrap()
            .split(';')
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"))
            .map(|(name, hex)| (name.to_owned(), colour(hex)))
            .collect::<Palette>()
    });
    let light = blocks.next().unwrap();
    let mut dark = light.clone();
    dark.extend(blocks.next().unwrap());
    [light, dark]
}

fn colour(hex: &str) -> [f64; 3] {
    let digits: Vec<char> = hex.chars().collect();
    let wide = digits.len() / 3;
    [0, 1, 2].map(|i| {
        let part: String = digits[i * wide..(i + 1) * wide].iter().collect();
        let part = if wide == 1 { part.repeat(2) } else { part };
        f64::from(u8::from_str_radix(&part, 16).unwrap()) / 255.0
    })
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_has_a_contrast_of_four_and_a_half_in_light_and_dark() {
    const TEXT: [(&str, &str); 24] = [
        ("ink", "bg"),
        ("ink", "band"),
        ("ink", "note-bg"),
        ("ink", "full"),
        ("ink", "little"),
        ("ink", "unknown"),
        ("ink", "h1"),
        ("ink", "h2"),
        ("soft", "bg"),
        ("soft", "band"),
        ("soft", "never"),
        ("soft", "note-bg"),
        ("link", "bg"),
        ("link", "band"),
        ("link", "note-bg"),
        ("bg", "link"),
        ("note", "note-bg"),
        ("alarm", "alarm-bg"),
        ("open-ink", "open"),
        ("h3-ink", "h3"),
        ("h4-ink", "h4"),
        ("open", "bg"),
        ("ink", "never"),
        ("full-line", "bg"),
    ];
    const SIGNS: [(&str, &str); 6] = [
        ("edge", "bg"),
        ("edge", "band"),
        ("open", "bg"),
        ("full-line", "full"),
        ("unknown-line", "unknown"),
        ("note", "bg"),
    ];
    for palette in palettes() {
        for (pairs, least) in [(TEXT.as_slice(), 4.5), (SIGNS.as_slice(), 3.0)] {
            for (front, back) in pairs {
                let found = contrast(palette[*front], palette[*back]);
                assert!(found >= least, "{front} on {back}: {found:.2}");
            }
        }
    }
}

#[test]
fn the_measure_is_that_of_the_standard() {
    assert!((contrast(colour("fff"), colour("000")) - 21.0).abs() < 1e-9);
    assert!((contrast(colour("767676"), colour("fff")) - 4.54).abs() < 0.01);
}
