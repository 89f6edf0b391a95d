//! Scenes of nights and rooms.

use super::{
    canvas::{Canvas, Color, mix},
    near,
    seed::Seed,
};

const NIGHT: Color = [24.0, 32.0, 50.0];
const LIT: Color = [250.0, 212.0, 140.0];

/// A block of rooms in a rainy night.
pub fn rain(canvas: &mut Canvas, seed: &mut Seed) {
    let tall = canvas.height();
    canvas.shade((0.0, tall), NIGHT, mix(NIGHT, [70.0, 84.0, 104.0], 0.7));
    let (left, ground) = (seed.between(0.08, 0.2), tall * 0.78);
    let wall = near([58.0, 64.0, 78.0], seed);
    canvas.slab((left, tall * 0.12), (left + 0.66, ground), 0.0, wall);
    for floor in 0_u8..6 {
        for room in 0_u8..8 {
            let (x, y) = (left + 0.035 + f32::from(room) * 0.077, tall * (0.16 + 0.1 * f32::from(floor)));
            let lit = seed.between(0.0, 1.0) < 0.34;
            let color = if lit { near(LIT, seed) } else { near([44.0, 52.0, 66.0], seed) };
            if lit {
                canvas.glow((x + 0.025, y + 0.02), (0.035, 0.03), mix(wall, LIT, 0.35), 0.05);
            }
            canvas.slab((x, y), (x + 0.05, y + tall * 0.055), 0.003, color);
        }
    }
    canvas.shade((ground, tall), mix(NIGHT, [96.0, 108.0, 124.0], 0.5), NIGHT);
    for _ in 0..14 {
        let (x, y) = (seed.between(0.0, 1.0), seed.between(ground + 0.01, tall));
        canvas.glow((x, y), (seed.between(0.03, 0.1), 0.004), mix(NIGHT, LIT, seed.between(0.1, 0.5)), 0.01);
    }
    canvas.line((left + 0.5, ground), (0.98, tall * 0.93), 0.018, [70.0, 96.0, 92.0]);
    for _ in 0..420 {
        let (x, y, long) = (seed.between(0.0, 1.05), seed.between(-0.05, tall), seed.between(0.015, 0.05));
        canvas.line((x, y), (x - long * 0.22, y + long), 0.0016, near([132.0, 146.0, 166.0], seed));
    }
}

/// A lit window at dusk.
pub fn lamp(canvas: &mut Canvas, seed: &mut Seed) {
    let tall = canvas.height();
    let dusk = near(seed.pick(&[[58.0, 66.0, 96.0], [78.0, 70.0, 92.0], [44.0, 66.0, 86.0]]), seed);
    canvas.shade((0.0, tall), mix(dusk, [0.0; 3], 0.3), mix(dusk, [190.0, 150.0, 130.0], 0.3));
    let (x, y) = (seed.between(0.2, 0.36), tall * seed.between(0.2, 0.3));
    let (wide, high) = (seed.between(0.36, 0.46), tall * 0.42);
    canvas.glow((x + wide / 2.0, y + high / 2.0), (wide * 0.6, high * 0.6), mix(dusk, LIT, 0.4), 0.3);
    canvas.slab(
        (x - 0.02, y - 0.02),
        (x + wide + 0.02, y + high + 0.02),
        0.006,
        mix(dusk, [30.0, 26.0, 26.0], 0.6),
    );
    canvas.slab((x, y), (x + wide, y + high), 0.003, near(LIT, seed));
    canvas.glow((x + wide / 2.0, y + high * 0.24), (0.05, 0.03), [255.0, 246.0, 220.0], 0.1);
    for shelf in [0.55, 0.78] {
        let line = y + high * shelf;
        canvas.slab((x + 0.02, line), (x + wide - 0.02, line + 0.008), 0.0, [168.0, 124.0, 80.0]);
        let mut at = x + 0.03;
        while at < x + wide - 0.05 {
            let width = seed.between(0.01, 0.03);
            let book =
                near(seed.pick(&[[120.0, 80.0, 66.0], [90.0, 110.0, 104.0], [176.0, 140.0, 92.0]]), seed);
            canvas.slab((at, line - seed.between(0.03, 0.07)), (at + width, line), 0.002, book);
            at += width + seed.between(0.003, 0.02);
        }
    }
    canvas.line((x + wide / 2.0, y), (x + wide / 2.0, y + high), 0.01, [70.0, 56.0, 50.0]);
    canvas.slab((x - 0.05, y + high + 0.02), (x + wide + 0.05, y + high + 0.05), 0.004, [84.0, 72.0, 70.0]);
    canvas.glow((x + wide / 2.0, tall * 0.95), (wide * 0.7, 0.05), mix(dusk, LIT, 0.3), 0.2);
}

/// A blackboard and desks.
pub fn classroom(canvas: &mut Canvas, seed: &mut Seed) {
    let tall = canvas.height();
    let wall = near([226.0, 222.0, 206.0], seed);
    canvas.shade((0.0, tall), wall, mix(wall, [150.0, 140.0, 120.0], 0.4));
    let (top, bottom) = (tall * 0.12, tall * 0.5);
    canvas.slab((0.1, top - 0.015), (0.9, bottom + 0.015), 0.004, [134.0, 100.0, 68.0]);
    canvas.slab((0.115, top), (0.885, bottom), 0.002, near([42.0, 74.0, 62.0], seed));
    let chalk = [224.0, 230.0, 222.0];
    let start = seed.between(0.2, 0.3);
    let mut last = (start, bottom - 0.03);
    for at in 1_u8..14 {
        let share = f32::from(at) / 14.0;
        let next = (
            start + share * 0.22 + (share * 9.0).sin() * 0.03,
            bottom - 0.03 - share * (bottom - top - 0.06),
        );
        canvas.line(last, next, 0.004, chalk);
        canvas.ellipse(next, (0.006, 0.006), near([230.0, 196.0, 120.0], seed));
        last = next;
    }
    for line in 0_u8..5 {
        let (x, y) = (0.58, top + 0.03 + f32::from(line) * (bottom - top - 0.05) / 5.0);
        let mut at = x;
        while at < x + seed.between(0.16, 0.26) {
            let long = seed.between(0.008, 0.022);
            canvas.line(
                (at, y + seed.between(-0.004, 0.004)),
                (at + long, y + seed.between(0.0, 0.012)),
                0.0034,
                chalk,
            );
            at += long + 0.008;
        }
    }
    for row in 0_u8..3 {
        let size = 0.14 + 0.07 * f32::from(row);
        let y = tall * (0.62 + 0.14 * f32::from(row));
        for at in 0_u8..6 {
            let x = f32::from(at) * (size + 0.05) - 0.07 * f32::from(row);
            canvas.convex(
                &[(x + 0.02, y), (x + size - 0.02, y), (x + size, y + size * 0.22), (x, y + size * 0.22)],
                near([188.0, 150.0, 104.0], seed),
            );
            canvas.slab(
                (x, y + size * 0.22),
                (x + size, y + size * 0.34),
                0.002,
                near([142.0, 108.0, 74.0], seed),
            );
            if seed.between(0.0, 1.0) < 0.6 {
                let book = x + size * seed.between(0.2, 0.5);
                canvas.convex(
                    &[
                        (book + 0.01, y + 0.008),
                        (book + 0.05, y + 0.008),
                        (book + 0.06, y + 0.026),
                        (book, y + 0.026),
                    ],
                    near([236.0, 234.0, 224.0], seed),
                );
            }
        }
    }
}
