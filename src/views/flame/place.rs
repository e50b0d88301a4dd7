//! Mode, weight and range in the address: `left.dollars.1795487963448923915-1795487963469039544`.

use engine::protocol::{FlameMode, FlameWeight};

/// Which picture the address names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// How spans lie.
    pub mode: FlameMode,
    /// What widths mean.
    pub weight: FlameWeight,
    /// The selected range, ns.
    pub range: Option<(i64, i64)>,
}

/// The modes, as the address, the keys and the screen name them.
pub const MODES: [(FlameMode, &str, &str); 3] = [
    (FlameMode::Time, "time", "Time order"),
    (FlameMode::LeftHeavy, "left", "Left heavy"),
    (FlameMode::Sandwich, "sandwich", "Sandwich"),
];

/// The weights.
pub const WEIGHTS: [(FlameWeight, &str, &str); 3] = [
    (FlameWeight::Time, "time", "Time"),
    (FlameWeight::Tokens, "tokens", "Tokens"),
    (FlameWeight::Dollars, "dollars", "Dollars"),
];

impl Place {
    /// As far as it is known: an address may be typed.
    pub fn read(text: &str) -> Place {
        let mut parts = text.splitn(3, '.');
        let (mode, weight) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let range = parts.next().and_then(|range| {
            let (from, to) = range.split_once('-')?;
            let range = (from.parse().ok()?, to.parse().ok()?);
            (range.0 < range.1).then_some(range)
        });
        let mode = MODES.into_iter().find(|known| known.1 == mode).map(|known| known.0);
        let weight = WEIGHTS.into_iter().find(|known| known.1 == weight).map(|known| known.0);
        Place { mode: mode.unwrap_or_default(), weight: weight.unwrap_or_default(), range }
    }

    /// What [`read`](Self::read) reads; empty for the first picture.
    pub fn write(&self) -> String {
        if *self == Place::default() {
            return String::new();
        }
        let mode = MODES.iter().find(|known| known.0 == self.mode).map_or("", |known| known.1);
        let weight = WEIGHTS.iter().find(|known| known.0 == self.weight).map_or("", |known| known.1);
        match self.range {
            Some((from, to)) => format!("{mode}.{weight}.{from}-{to}"),
            None => format!("{mode}.{weight}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn every_place_reads_back() {
        for (mode, ..) in MODES {
            for (weight, ..) in WEIGHTS {
                for range in
                    [None, Some((1_795_487_963_448_923_915, 1_795_487_963_469_039_544)), Some((0, 5))]
                {
                    let place = Place { mode, weight, range };
                    assert_eq!(Place::read(&place.write()), place);
                }
            }
        }
        for odd in ["", "up", "left.gold", "time.time.5", "time.time.9-5", "..-", "time.time.x-y"] {
            assert_eq!(Place::read(odd).range, None);
        }
        assert_eq!(Place::read("left.gold").mode, FlameMode::LeftHeavy);
    }
}
