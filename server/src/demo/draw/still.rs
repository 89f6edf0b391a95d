//! Things close by, without hands.

use super::{
    canvas::{Canvas, Color, mix},
    near,
    seed::Seed,
};

const WOODS: [Color; 3] = [[150.0, 112.0, 76.0], [126.0, 92.0, 66.0], [176.0, 142.0, 104.0]];
const SHADOW: Color = [74.0, 58.0, 46.0];
const PAPER: Color = [242.0, 238.0, 226.0];

/// A table top of boards.
fn boards(canvas: &mut Canvas, seed: &mut Seed) -> Color {
    let wood = near(seed.pick(&WOODS), seed);
    canvas.shade((0.0, canvas.height()), mix(wood, [255.0; 3], 0.12), mix(wood, SHADOW, 0.2));
    let mut y = 0.0;
    while y < canvas.height() {
        canvas.line((0.0, y), (1.0, y + seed.between(-0.01, 0.01)), 0.004, mix(wood, SHADOW, 0.6));
        for _ in 0..9 {
            let (x, at) = (seed.between(-0.1, 1.0), y + seed.between(0.01, 0.12));
            let end = (x + seed.between(0.1, 0.4), at + seed.between(-0.006, 0.006));
            canvas.line((x, at), end, 0.0016, mix(wood, SHADOW, seed.between(0.1, 0.3)));
        }
        y += seed.between(0.11, 0.16);
    }
    wood
}

/// Drawers for drugs.
pub fn cabinet(canvas: &mut Canvas, seed: &mut Seed) {
    let wood = near(mix(seed.pick(&WOODS), [110.0, 50.0, 36.0], 0.4), seed);
    canvas.shade((0.0, canvas.height()), mix(wood, [0.0; 3], 0.3), mix(wood, [0.0; 3], 0.45));
    let columns = seed.pick(&[5_u8, 6, 7]);
    let size = 1.0 / f32::from(columns);
    let open = (seed.pick(&[1_u8, 2, 3]), seed.pick(&[1_u8, 2]));
    let mut row = 0_u8;
    while f32::from(row) * size * 0.8 < canvas.height() {
        for column in 0..columns {
            let (x, y) = (f32::from(column) * size + 0.008, f32::from(row) * size * 0.8 + 0.008);
            let (right, bottom) = (x + size - 0.016, y + size * 0.8 - 0.016);
            canvas.slab((x, y), (right, bottom), 0.006, near(wood, seed));
            let middle = f32::midpoint(x, right);
            canvas.slab(
                (middle - size * 0.26, y + 0.012),
                (middle + size * 0.26, y + size * 0.28),
                0.003,
                near(PAPER, seed),
            );
            for stroke in 0_u8..3 {
                let at = middle - size * 0.18 + f32::from(stroke) * size * 0.13;
                canvas.line((at, y + 0.024), (at + size * 0.08, y + size * 0.2), 0.004, SHADOW);
                canvas.line((at, y + size * 0.13), (at + size * 0.09, y + size * 0.12), 0.004, SHADOW);
            }
            canvas.ellipse((middle, bottom - size * 0.18), (size * 0.07, size * 0.07), [206.0, 170.0, 96.0]);
            canvas.ellipse(
                (middle, bottom - size * 0.18),
                (size * 0.035, size * 0.035),
                mix(wood, [0.0; 3], 0.5),
            );
            if (column, row) == open {
                canvas.slab(
                    (x - 0.006, y + size * 0.34),
                    (right + 0.006, bottom + 0.02),
                    0.006,
                    near(mix(wood, [255.0; 3], 0.2), seed),
                );
                for _ in 0..40 {
                    let at =
                        (seed.between(x + 0.02, right - 0.02), seed.between(y + size * 0.36, y + size * 0.5));
                    let root = near([196.0, 160.0, 104.0], seed);
                    canvas.line(
                        at,
                        (at.0 + seed.between(-0.02, 0.02), at.1 + seed.between(-0.01, 0.01)),
                        0.007,
                        root,
                    );
                }
            }
        }
        row += 1;
    }
}

/// A tray with needles and jars.
pub fn tray(canvas: &mut Canvas, seed: &mut Seed) {
    boards(canvas, seed);
    let tall = canvas.height();
    let (top, bottom) = (tall * 0.22, tall * 0.8);
    canvas.glow((0.5, bottom), (0.42, 0.05), SHADOW, 0.06);
    let steel = near([190.0, 198.0, 204.0], seed);
    canvas.slab((0.1, top), (0.9, bottom), 0.04, mix(steel, SHADOW, 0.25));
    canvas.slab((0.115, top + 0.015), (0.885, bottom - 0.02), 0.034, steel);
    let cloth = near(seed.pick(&[[214.0, 226.0, 222.0], [196.0, 214.0, 224.0], [226.0, 220.0, 206.0]]), seed);
    canvas.slab((0.15, top + 0.05), (0.56, bottom - 0.05), 0.006, cloth);
    for needle in 0_u8..seed.pick(&[7, 9, 11]) {
        let x = 0.18 + f32::from(needle) * 0.034;
        let (from, to) = (top + 0.08, bottom - 0.09 - seed.between(0.0, 0.04));
        canvas.line((x, from), (x + 0.012, to), 0.0026, [120.0, 124.0, 128.0]);
        canvas.line((x, from), (x + 0.002, from + 0.06), 0.007, [196.0, 152.0, 92.0]);
    }
    for jar in 0_u8..4 {
        let x = 0.65 + f32::from(jar % 2) * 0.14;
        let y = top + 0.11 + f32::from(jar / 2) * (bottom - top) * 0.44;
        let glass =
            near(seed.pick(&[[160.0, 190.0, 176.0], [214.0, 196.0, 160.0], [186.0, 176.0, 170.0]]), seed);
        canvas.glow((x + 0.012, y + 0.018), (0.06, 0.05), mix(steel, SHADOW, 0.5), 0.02);
        canvas.ellipse((x, y), (0.058, 0.058), glass);
        canvas.ellipse((x, y), (0.044, 0.044), mix(glass, SHADOW, 0.3));
        canvas.glow((x - 0.02, y - 0.02), (0.014, 0.01), [252.0, 252.0, 248.0], 0.012);
    }
    for stick in 0_u8..3 {
        let y = bottom - 0.06 - f32::from(stick) * 0.022;
        canvas.line((0.6, y), (0.84, y - 0.006), 0.017, near([150.0, 140.0, 104.0], seed));
    }
}

/// Papers and cups on a table.
pub fn table(canvas: &mut Canvas, seed: &mut Seed) {
    boards(canvas, seed);
    let tall = canvas.height();
    for _ in 0..seed.pick(&[4_u8, 5, 6]) {
        let (x, y) = (seed.between(0.05, 0.6), seed.between(0.06, tall * 0.62));
        let (lean, wide, high) =
            (seed.between(-0.05, 0.05), seed.between(0.22, 0.32), seed.between(0.2, 0.3));
        let sheet = |grow: f32, by: f32| {
            [
                (x + lean + by, y + by),
                (x + lean + wide + by, y + lean + by),
                (x + wide + by, y + lean + high + grow + by),
                (x + by, y + high + grow + by),
            ]
        };
        canvas.convex(&sheet(0.004, 0.008), mix(seed.pick(&WOODS), SHADOW, 0.5));
        canvas.convex(&sheet(0.0, 0.0), near(seed.pick(&[PAPER, PAPER, [214.0, 198.0, 160.0]]), seed));
        for line in 1_u8..8 {
            let share = f32::from(line) / 8.5;
            let from = (x + lean * (1.0 - share) + 0.03, y + high * share + 0.01);
            let long = (wide - 0.06) * seed.between(0.5, 1.0);
            canvas.line(from, (from.0 + long, from.1 + lean * long / wide), 0.003, [110.0, 112.0, 124.0]);
        }
        if seed.between(0.0, 1.0) < 0.4 {
            canvas.ellipse((x + wide * 0.8, y + high * 0.82), (0.026, 0.026), [196.0, 66.0, 54.0]);
        }
    }
    for _ in 0..seed.pick(&[1_u8, 2, 3]) {
        let (x, y) = (seed.between(0.62, 0.92), seed.between(0.1, tall - 0.12));
        let glaze =
            near(seed.pick(&[[236.0, 236.0, 230.0], [128.0, 156.0, 150.0], [86.0, 112.0, 146.0]]), seed);
        canvas.glow((x + 0.02, y + 0.025), (0.08, 0.075), SHADOW, 0.03);
        canvas.ellipse((x, y), (0.076, 0.076), glaze);
        canvas.ellipse((x, y), (0.062, 0.062), mix(glaze, SHADOW, 0.25));
        canvas.ellipse((x, y), (0.058, 0.058), near([172.0, 122.0, 62.0], seed));
        canvas.glow((x - 0.02, y - 0.022), (0.018, 0.01), [232.0, 206.0, 150.0], 0.015);
    }
    let (x, y) = (seed.between(0.2, 0.6), tall * seed.between(0.7, 0.9));
    canvas.line((x, y), (x + 0.26, y - seed.between(0.02, 0.08)), 0.014, near([40.0, 52.0, 78.0], seed));
}

/// A pair of cloth shoes on a step.
pub fn shoes(canvas: &mut Canvas, seed: &mut Seed) {
    let tall = canvas.height();
    let stone = near([172.0, 166.0, 154.0], seed);
    canvas.shade((0.0, tall * 0.36), mix(stone, SHADOW, 0.45), mix(stone, SHADOW, 0.25));
    canvas.shade((tall * 0.36, tall), mix(stone, [255.0; 3], 0.16), stone);
    for _ in 0..130 {
        let at = (seed.between(0.0, 1.0), seed.between(0.0, tall));
        canvas.glow(at, (seed.between(0.002, 0.012), 0.003), near(mix(stone, SHADOW, 0.25), seed), 0.006);
    }
    let cloth = near(seed.pick(&[[52.0, 54.0, 62.0], [44.0, 62.0, 84.0], [82.0, 74.0, 62.0]]), seed);
    let mud = near([142.0, 112.0, 78.0], seed);
    let y = tall * 0.62;
    for (x, lean) in [(0.36, -0.03), (0.62, 0.04)] {
        canvas.glow((x + 0.02, y + 0.03), (0.12, 0.25), mix(stone, SHADOW, 0.7), 0.06);
        for step in 0_u8..28 {
            let share = f32::from(step) / 27.0;
            let wide = 0.092 - 0.03 * (share - 0.35).abs() - if share > 0.85 { 0.02 } else { 0.0 };
            let at = (x + lean * (share - 0.5), y - 0.2 + share * 0.4);
            canvas.ellipse(at, (wide + 0.012, 0.034), near([226.0, 220.0, 206.0], seed));
        }
        for step in 0_u8..28 {
            let share = f32::from(step) / 27.0;
            let wide = 0.084 - 0.03 * (share - 0.35).abs() - if share > 0.85 { 0.02 } else { 0.0 };
            let at = (x + lean * (share - 0.5), y - 0.195 + share * 0.385);
            canvas.ellipse(at, (wide, 0.03), near(cloth, seed));
        }
        canvas.ellipse((x + lean * 0.2, y + 0.075), (0.056, 0.105), mix(cloth, [0.0; 3], 0.6));
        canvas.ellipse((x + lean * 0.2, y + 0.085), (0.048, 0.09), near([196.0, 172.0, 134.0], seed));
        for _ in 0..22 {
            let at = (x + seed.between(-0.09, 0.09), y + seed.between(-0.2, 0.2));
            canvas.glow(at, (seed.between(0.003, 0.014), seed.between(0.003, 0.008)), near(mud, seed), 0.006);
        }
    }
}
