//! Scenes under the sky.

use super::{
    canvas::{Canvas, Color, mix},
    near,
    seed::Seed,
};

const SKIES: [(Color, Color); 4] = [
    ([150.0, 184.0, 208.0], [238.0, 232.0, 214.0]),
    ([120.0, 160.0, 196.0], [214.0, 226.0, 230.0]),
    ([196.0, 178.0, 170.0], [246.0, 222.0, 190.0]),
    ([160.0, 172.0, 180.0], [222.0, 226.0, 222.0]),
];
const GREENS: [Color; 4] =
    [[86.0, 116.0, 92.0], [104.0, 128.0, 84.0], [122.0, 124.0, 82.0], [74.0, 108.0, 104.0]];
const EARTH: Color = [176.0, 156.0, 126.0];
const WALL: Color = [222.0, 212.0, 194.0];
const ROOF: Color = [98.0, 96.0, 98.0];
const WOOD: Color = [134.0, 98.0, 66.0];

/// Sky and far ridges down to `ground`.
fn backdrop(canvas: &mut Canvas, ground: f32, seed: &mut Seed) -> Color {
    let (high, low) = seed.pick(&SKIES);
    canvas.shade((0.0, ground + 0.02), high, low);
    let (x, y) = (seed.between(0.15, 0.85), seed.between(0.08, 0.2) * canvas.height() / 0.75);
    canvas.glow((x, y), (0.07, 0.07), [255.0, 244.0, 222.0], 0.12);
    let green = near(seed.pick(&GREENS), seed);
    for layer in 0_u8..3 {
        let depth = f32::from(layer) / 3.0;
        let base = ground * (0.62 + 0.2 * f32::from(layer));
        canvas.ridge((base, 0.045), mix(low, green, 0.3 + depth * 0.6), mix(low, green, 0.12), seed);
    }
    green
}

fn tree(canvas: &mut Canvas, (x, y): (f32, f32), size: f32, seed: &mut Seed) {
    canvas.line((x, y), (x + size * 0.1, y - size), size * 0.12, near(WOOD, seed));
    let green = seed.pick(&GREENS);
    for _ in 0..26 {
        let (dx, dy) = (seed.between(-0.55, 0.55), seed.between(-0.4, 0.4));
        let leaf = near(mix(green, [226.0, 214.0, 140.0], seed.between(0.0, 0.3)), seed);
        let round = size * seed.between(0.12, 0.26);
        canvas.glow((x + dx * size, y - size * 1.15 + dy * size), (round, round * 0.8), leaf, size * 0.06);
    }
}

fn house(canvas: &mut Canvas, (x, y): (f32, f32), width: f32, seed: &mut Seed) {
    let tall = width * seed.between(0.42, 0.56);
    canvas.slab((x, y - tall), (x + width, y), 0.0, near(WALL, seed));
    let eave = width * 0.08;
    let roof = [
        (x + width * 0.1, y - tall * 1.55),
        (x + width * 0.9, y - tall * 1.55),
        (x + width + eave, y - tall),
        (x - eave, y - tall),
    ];
    canvas.convex(&roof, near(ROOF, seed));
    let door = x + width * seed.between(0.35, 0.55);
    canvas.slab((door, y - tall * 0.7), (door + width * 0.16, y), 0.0, near(WOOD, seed));
}

/// Ridges in mist, a village below.
pub fn hills(canvas: &mut Canvas, seed: &mut Seed) {
    let ground = canvas.height() * 0.72;
    let green = backdrop(canvas, ground, seed);
    canvas.ridge((ground, 0.03), mix(green, EARTH, 0.25), mix(green, EARTH, 0.6), seed);
    let start = seed.between(0.3, 0.6);
    for step in 0_u8..24 {
        let share = f32::from(step) / 24.0;
        let x = start + (share * 7.0).sin() * 0.12 * (1.0 - share) + share * 0.15;
        let y = canvas.height() - share * (canvas.height() - ground - 0.03);
        canvas.ellipse((x, y), (0.07 * (1.1 - share), 0.018), mix(EARTH, WALL, 0.4));
    }
    for _ in 0..5 {
        let place = (seed.between(0.02, 0.88), ground + seed.between(0.03, 0.12));
        let width = seed.between(0.06, 0.1);
        house(canvas, place, width, seed);
    }
    for _ in 0..4 {
        let place = (seed.between(0.05, 0.95), canvas.height() * seed.between(0.84, 0.97));
        let size = seed.between(0.07, 0.14);
        tree(canvas, place, size, seed);
    }
    for _ in 0..5 {
        let (x, y) = (seed.between(0.0, 1.0), ground * seed.between(0.72, 0.98));
        canvas.glow((x, y), (0.3, 0.006), [240.0, 240.0, 234.0], 0.08);
    }
}

/// A table with a cloth.
fn stand(canvas: &mut Canvas, (x, y): (f32, f32), width: f32, cloth: Color) {
    let tall = width * 0.42;
    canvas.glow((x + width / 2.0, y + 0.004), (width * 0.56, 0.012), [120.0, 106.0, 88.0], 0.02);
    canvas.slab((x, y - tall), (x + width, y), 0.004, mix(cloth, [0.0; 3], 0.12));
    canvas.slab((x - width * 0.03, y - tall * 1.12), (x + width * 1.03, y - tall * 0.9), 0.004, cloth);
}

/// A yard with tables under an awning.
pub fn courtyard(canvas: &mut Canvas, seed: &mut Seed) {
    let ground = canvas.height() * 0.55;
    backdrop(canvas, ground, seed);
    canvas.shade((ground, canvas.height()), mix(EARTH, WALL, 0.45), EARTH);
    for at in 0_u8..3 {
        house(canvas, (f32::from(at) * 0.35 - 0.04, ground + 0.03), 0.32, seed);
    }
    canvas.slab((0.0, ground + 0.0), (1.0, ground + 0.035), 0.0, near(WALL, seed));
    let cloth = near(seed.pick(&[[186.0, 70.0, 58.0], [70.0, 104.0, 140.0], [206.0, 190.0, 150.0]]), seed);
    let roof = ground - 0.03;
    for pole in [0.14, 0.5, 0.86] {
        canvas.line((pole, roof), (pole, ground + 0.16), 0.008, ROOF);
    }
    canvas
        .convex(&[(0.12, roof - 0.07), (0.88, roof - 0.07), (0.93, roof + 0.02), (0.07, roof + 0.02)], cloth);
    for at in 0_u8..3 {
        let place = (0.13 + f32::from(at) * 0.28, ground + 0.17 + seed.between(0.0, 0.05));
        stand(canvas, place, 0.2, near([240.0, 240.0, 236.0], seed));
        for thing in 0_u8..3 {
            let x = place.0 + 0.03 + f32::from(thing) * 0.06;
            let y = place.1 - 0.2 * 0.42 * 1.12;
            let color = near(seed.pick(&[WOOD, [120.0, 150.0, 160.0], [188.0, 84.0, 70.0]]), seed);
            canvas.slab((x, y - 0.02), (x + 0.03, y), 0.003, color);
        }
    }
    tree(canvas, (seed.pick(&[0.03, 0.97]), ground + 0.12), 0.22, seed);
}

/// Stalls under awnings.
pub fn market(canvas: &mut Canvas, seed: &mut Seed) {
    let ground = canvas.height() * 0.5;
    backdrop(canvas, ground, seed);
    canvas.shade((ground, canvas.height()), EARTH, mix(EARTH, ROOF, 0.3));
    for row in 0_u8..2 {
        let size = 0.26 + f32::from(row) * 0.1;
        let y = ground + 0.1 + f32::from(row) * 0.17;
        for at in 0_u8..4 {
            let x = f32::from(at) * (size + 0.03) - 0.08 + f32::from(row) * 0.07;
            let cloth = near(
                seed.pick(&[
                    [176.0, 64.0, 52.0],
                    [58.0, 98.0, 128.0],
                    [206.0, 160.0, 74.0],
                    [84.0, 128.0, 92.0],
                ]),
                seed,
            );
            canvas.line((x + 0.01, y), (x + 0.01, y - size * 0.75), 0.008, WOOD);
            canvas.line((x + size - 0.01, y), (x + size - 0.01, y - size * 0.75), 0.008, WOOD);
            stand(canvas, (x, y), size, near([196.0, 172.0, 134.0], seed));
            let top = y - size * 0.8;
            canvas.convex(
                &[
                    (x + 0.02, top),
                    (x + size - 0.02, top),
                    (x + size + 0.02, top + 0.07),
                    (x - 0.02, top + 0.07),
                ],
                cloth,
            );
            for heap in 0_u8..4 {
                let color = near(
                    seed.pick(&[
                        [170.0, 60.0, 48.0],
                        [122.0, 148.0, 70.0],
                        [206.0, 150.0, 62.0],
                        [120.0, 84.0, 58.0],
                    ]),
                    seed,
                );
                let hx = x + size * (0.14 + 0.24 * f32::from(heap));
                canvas.glow((hx, y - size * 0.5), (size * 0.1, size * 0.07), color, 0.006);
            }
        }
    }
}

/// Beds of herbs.
pub fn herbs(canvas: &mut Canvas, seed: &mut Seed) {
    let horizon = canvas.height() * 0.24;
    let green = backdrop(canvas, horizon, seed);
    canvas.shade((horizon, canvas.height()), mix(EARTH, green, 0.3), mix(WOOD, [60.0, 44.0, 34.0], 0.5));
    let flower = seed.pick(&[
        [206.0, 120.0, 150.0],
        [230.0, 220.0, 236.0],
        [226.0, 190.0, 80.0],
        [150.0, 120.0, 190.0],
    ]);
    for row in 0_u16..9 {
        let depth = f32::from(row) / 9.0;
        let y = horizon + 0.02 + (canvas.height() - horizon) * depth * depth * 1.02 + depth * 0.06;
        let size = 0.014 + 0.075 * depth;
        let count = (1.4 / size) as u16;
        for at in 0..count {
            let x = f32::from(at) / f32::from(count) + seed.between(-0.4, 0.4) * size;
            let leaf = near(mix(green, [150.0, 178.0, 96.0], seed.between(0.0, 0.7)), seed);
            for blade in 0_u8..5 {
                let lean = (f32::from(blade) - 2.0) * 0.34 + seed.between(-0.12, 0.12);
                let tip = (x + lean * size, y - size * seed.between(0.7, 1.1));
                canvas.line((x, y), tip, size * 0.16, near(leaf, seed));
            }
            if seed.between(0.0, 1.0) < 0.22 {
                canvas.ellipse((x, y - size), (size * 0.13, size * 0.11), near(flower, seed));
            }
        }
    }
}

/// A bench under a tree, somebody from behind.
pub fn bench(canvas: &mut Canvas, seed: &mut Seed) {
    let ground = canvas.height() * 0.6;
    let green = backdrop(canvas, ground, seed);
    canvas.shade((ground, canvas.height()), mix(green, EARTH, 0.5), EARTH);
    let left = seed.between(0.2, 0.42);
    tree(canvas, (left - 0.08, ground + 0.06), 0.3, seed);
    let seat = ground + 0.14;
    canvas.glow((left + 0.22, seat + 0.13), (0.26, 0.02), [110.0, 98.0, 80.0], 0.04);
    let people = if seed.between(0.0, 1.0) < 0.6 { 1 } else { 2 };
    for at in 0_u8..people {
        let x = left + 0.12 + f32::from(at) * 0.17;
        let coat = near(
            seed.pick(&[[74.0, 84.0, 106.0], [96.0, 82.0, 74.0], [120.0, 74.0, 70.0], [86.0, 98.0, 84.0]]),
            seed,
        );
        canvas.slab((x - 0.055, seat - 0.15), (x + 0.055, seat + 0.02), 0.05, coat);
        canvas.ellipse((x, seat - 0.175), (0.032, 0.037), [92.0, 88.0, 86.0]);
        canvas.ellipse((x, seat - 0.19), (0.035, 0.026), near([198.0, 196.0, 192.0], seed));
    }
    for slat in [0.0, -0.035, -0.07] {
        canvas.slab((left, seat + slat), (left + 0.45, seat + slat + 0.022), 0.006, near(WOOD, seed));
    }
    for leg in [0.04, 0.4] {
        canvas.line((left + leg, seat), (left + leg, seat + 0.13), 0.016, ROOF);
    }
}

/// Stone steps between bamboo.
pub fn path(canvas: &mut Canvas, seed: &mut Seed) {
    let top = canvas.height() * 0.3;
    let green = backdrop(canvas, top, seed);
    canvas.shade(
        (top, canvas.height()),
        mix(green, [210.0, 214.0, 180.0], 0.35),
        mix(green, [40.0, 50.0, 36.0], 0.4),
    );
    let bend = seed.between(-0.16, 0.16);
    for step in 0_u8..14 {
        let share = f32::from(step) / 13.0;
        let y = top + 0.01 + (canvas.height() - top) * share * share;
        let (half, x) =
            (0.05 + 0.26 * share * share, 0.5 + bend * (1.0 - share) + (share * 5.0).sin() * 0.03);
        let tall = 0.012 + 0.075 * share * share;
        canvas.slab((x - half, y), (x + half, y + tall), 0.006, near([150.0, 146.0, 138.0], seed));
        canvas.slab((x - half, y), (x + half, y + tall * 0.5), 0.006, near([196.0, 192.0, 182.0], seed));
    }
    for stalk in 0_u8..26 {
        let side = if stalk % 2 == 0 { seed.between(0.0, 0.27) } else { seed.between(0.73, 1.0) };
        let foot = canvas.height() * seed.between(0.7, 1.05);
        let cane = near(mix(green, [140.0, 170.0, 90.0], 0.6), seed);
        let lean = seed.between(-0.05, 0.05);
        canvas.line((side, foot), (side + lean, -0.02), seed.between(0.008, 0.018), cane);
        for _ in 0..7 {
            let (x, y) = (side + lean * 0.6 + seed.between(-0.06, 0.06), seed.between(0.0, foot * 0.6));
            canvas.line((x, y), (x + seed.between(-0.05, 0.05), y + 0.03), 0.007, near(cane, seed));
        }
    }
}

/// A school, its yard and flagpole.
pub fn school(canvas: &mut Canvas, seed: &mut Seed) {
    let ground = canvas.height() * 0.62;
    backdrop(canvas, ground, seed);
    canvas.shade((ground, canvas.height()), mix(EARTH, WALL, 0.3), mix(EARTH, ROOF, 0.15));
    let (left, top) = (seed.between(0.12, 0.22), ground - 0.2);
    canvas.slab((left, top), (left + 0.6, ground + 0.02), 0.0, near(WALL, seed));
    canvas.slab(
        (left - 0.02, top - 0.025),
        (left + 0.62, top + 0.01),
        0.004,
        near([168.0, 84.0, 70.0], seed),
    );
    for room in 0_u8..5 {
        let x = left + 0.035 + f32::from(room) * 0.115;
        canvas.slab((x, top + 0.05), (x + 0.075, top + 0.13), 0.003, near([120.0, 152.0, 168.0], seed));
        canvas.line((x + 0.0375, top + 0.05), (x + 0.0375, top + 0.13), 0.004, WALL);
    }
    let pole = left + 0.7;
    canvas.line((pole, ground + 0.06), (pole, top - 0.14), 0.008, [190.0, 190.0, 188.0]);
    canvas.convex(
        &[(pole, top - 0.135), (pole + 0.09, top - 0.125), (pole + 0.088, top - 0.075), (pole, top - 0.08)],
        [196.0, 44.0, 40.0],
    );
    for lane in 0_u8..4 {
        let y = ground + 0.08 + f32::from(lane) * 0.055;
        canvas.line((0.0, y), (1.0, y + seed.between(-0.01, 0.01)), 0.004, [236.0, 230.0, 216.0]);
    }
    tree(canvas, (0.06, ground + 0.04), 0.16, seed);
    tree(canvas, (0.95, ground + 0.05), 0.18, seed);
}
