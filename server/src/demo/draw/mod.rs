//! The demo's pictures: drawn here, each different, no photo of anybody. A scene is a few lines over a
//! [`canvas::Canvas`]; its seed moves the light, the season and where things stand.

pub mod canvas;
mod indoors;
mod outdoors;
mod seed;
mod still;

use serde::Deserialize;

use canvas::{Canvas, Color, mix};
use seed::Seed;

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// Ridges in mist, a village below.
    Hills,
    /// A yard with tables under an awning.
    Courtyard,
    /// Stalls under awnings.
    Market,
    /// Beds of herbs.
    Herbs,
    /// A bench under a tree, somebody from behind.
    Bench,
    /// Stone steps between bamboo.
    Path,
    /// A school, its yard and flagpole.
    School,
    /// A block of rooms in a rainy night.
    Rain,
    /// A lit window at dusk.
    Lamp,
    /// A blackboard and desks.
    Classroom,
    /// Drawers for drugs.
    Cabinet,
    /// A tray with needles and jars.
    Tray,
    /// Papers and cups on a table.
    Table,
    /// A pair of cloth shoes on a step.
    Shoes,
}

/// Draws a scene, its longer side `long_px` pixels. The same seed gives the same bytes.
///
/// # Errors
/// When `long_px` is too small for a picture.
pub fn picture(scene: Scene, seed: u64, long_px: u32) -> image::ImageResult<Vec<u8>> {
    let mut seed = Seed::new(seed);
    let (wide, tall) = seed.pick(&[(4, 3), (4, 3), (3, 4), (16, 9), (1, 1)]);
    let most = wide.max(tall);
    let mut canvas = Canvas::new(long_px * wide / most, long_px * tall / most);
    let draw = match scene {
        Scene::Hills => outdoors::hills,
        Scene::Courtyard => outdoors::courtyard,
        Scene::Market => outdoors::market,
        Scene::Herbs => outdoors::herbs,
        Scene::Bench => outdoors::bench,
        Scene::Path => outdoors::path,
        Scene::School => outdoors::school,
        Scene::Rain => indoors::rain,
        Scene::Lamp => indoors::lamp,
        Scene::Classroom => indoors::classroom,
        Scene::Cabinet => still::cabinet,
        Scene::Tray => still::tray,
        Scene::Table => still::table,
        Scene::Shoes => still::shoes,
    };
    draw(&mut canvas, &mut seed);
    canvas.finish(&mut seed);
    canvas.jpeg()
}

/// A colour a little lighter or darker, so that no two things are the same.
fn near(color: Color, seed: &mut Seed) -> Color {
    let by = seed.between(-0.12, 0.12);
    if by > 0.0 { mix(color, [255.0; 3], by) } else { mix(color, [0.0; 3], -by) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ALL: &[Scene] = &[
        Scene::Hills,
        Scene::Courtyard,
        Scene::Market,
        Scene::Herbs,
        Scene::Bench,
        Scene::Path,
        Scene::School,
        Scene::Rain,
        Scene::Lamp,
        Scene::Classroom,
        Scene::Cabinet,
        Scene::Tray,
        Scene::Table,
        Scene::Shoes,
    ];

    #[test]
    fn every_scene_is_a_picture_of_its_own_and_the_same_each_time() {
        let draw = |scene, seed| picture(scene, seed, 64).unwrap();
        let mut seen = BTreeSet::new();
        for scene in ALL {
            for seed in 0..4 {
                assert_eq!(draw(*scene, seed), draw(*scene, seed));
                assert!(seen.insert(draw(*scene, seed)), "{scene:?} {seed} was drawn before");
            }
        }
    }
}
