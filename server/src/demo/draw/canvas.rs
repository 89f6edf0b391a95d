//! A picture being painted: shapes with soft edges, hills, light. Coordinates are shares of the picture's width, so
//! a scene looks the same at every size; `y` runs from 0 to [`Canvas::height`].

use image::{ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};

use super::seed::Seed;

/// Red, green, blue, each 0 to 255.
pub type Color = [f32; 3];

/// A point.
pub type Point = (f32, f32);

/// The picture.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<Color>,
}

/// A mixture of two colours: `share` 0 is the first, 1 the second.
pub fn mix(a: Color, b: Color, share: f32) -> Color {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|at| a[at] + (b[at] - a[at]) * share)
}

impl Canvas {
    /// A black picture of so many pixels.
    pub fn new(width: u32, height: u32) -> Canvas {
        Canvas { width, height, pixels: vec![[0.0; 3]; width as usize * height as usize] }
    }

    /// The lower edge.
    pub fn height(&self) -> f32 {
        self.height as f32 / self.width as f32
    }

    /// Paints from one colour at the top `y` to another at the bottom `y`, over the whole width.
    pub fn shade(&mut self, (from, to): (f32, f32), top: Color, bottom: Color) {
        let unit = self.width as f32;
        let rows = ((from * unit).max(0.0) as u32)..((to * unit).ceil() as u32).min(self.height);
        for row in rows {
            let share = (row as f32 / unit - from) / (to - from).max(f32::EPSILON);
            let color = mix(top, bottom, share);
            let start = row as usize * self.width as usize;
            self.pixels[start..start + self.width as usize].fill(color);
        }
    }

    /// Paints where `distance` is below zero; the edge is as soft as `blur` (a share of the width).
    pub fn shape(
        &mut self,
        area: (Point, Point),
        color: Color,
        blur: f32,
        distance: impl Fn(f32, f32) -> f32,
    ) {
        let unit = self.width as f32;
        let soft = blur.max(1.0 / unit);
        let clip = |at: f32, max: u32| ((at * unit).max(0.0) as u32).min(max);
        let ((left, top), (right, bottom)) = area;
        for row in clip(top - soft, self.height)..clip(bottom + soft + 1.0 / unit, self.height) {
            for column in clip(left - soft, self.width)..clip(right + soft + 1.0 / unit, self.width) {
                let cover = 0.5 - distance((column as f32 + 0.5) / unit, (row as f32 + 0.5) / unit) / soft;
                if cover > 0.0 {
                    let pixel = &mut self.pixels[row as usize * self.width as usize + column as usize];
                    *pixel = mix(*pixel, color, cover);
                }
            }
        }
    }

    /// An ellipse about `(x, y)`.
    pub fn ellipse(&mut self, (x, y): Point, (rx, ry): Point, color: Color) {
        self.glow((x, y), (rx, ry), color, 0.0);
    }

    /// An ellipse whose edge fades over `blur`.
    pub fn glow(&mut self, (x, y): Point, (rx, ry): Point, color: Color, blur: f32) {
        let reach = rx.min(ry);
        // What `distance` measures along the longer axis is stretched with it.
        let (wide, tall) = (rx * (1.0 + blur / reach / 2.0), ry * (1.0 + blur / reach / 2.0));
        self.shape(((x - wide, y - tall), (x + wide, y + tall)), color, blur, |px, py| {
            (((px - x) / rx).hypot((py - y) / ry) - 1.0) * reach
        });
    }

    /// A box with rounded corners.
    pub fn slab(&mut self, (left, top): Point, (right, bottom): Point, round: f32, color: Color) {
        let (cx, cy) = (f32::midpoint(left, right), f32::midpoint(top, bottom));
        let (hx, hy) = ((right - left) / 2.0 - round, (bottom - top) / 2.0 - round);
        self.shape(((left, top), (right, bottom)), color, 0.0, |x, y| {
            let (dx, dy) = ((x - cx).abs() - hx, (y - cy).abs() - hy);
            dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - round
        });
    }

    /// A line with round ends.
    pub fn line(&mut self, from: Point, to: Point, width: f32, color: Color) {
        let ((ax, ay), (bx, by), half) = (from, to, width / 2.0);
        let area = ((ax.min(bx) - half, ay.min(by) - half), (ax.max(bx) + half, ay.max(by) + half));
        let (dx, dy) = (bx - ax, by - ay);
        let length = (dx * dx + dy * dy).max(f32::EPSILON);
        self.shape(area, color, 0.0, |x, y| {
            let along = (((x - ax) * dx + (y - ay) * dy) / length).clamp(0.0, 1.0);
            (x - ax - dx * along).hypot(y - ay - dy * along) - half
        });
    }

    /// A convex figure; its corners run clockwise as seen.
    pub fn convex(&mut self, corners: &[Point], color: Color) {
        let of = |pick: fn(f32, f32) -> f32, start: f32| {
            corners.iter().fold((start, start), |(x, y), corner| (pick(x, corner.0), pick(y, corner.1)))
        };
        let area = (of(f32::min, f32::MAX), of(f32::max, f32::MIN));
        self.shape(area, color, 0.0, |x, y| {
            let sides = corners.iter().zip(corners.iter().cycle().skip(1));
            sides.fold(f32::MIN, |most, (a, b)| {
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                most.max(((x - a.0) * dy - (y - a.1) * dx) / dx.hypot(dy).max(f32::EPSILON))
            })
        });
    }

    /// A ridge: everything below a rough line about `base` that swings by `swing`, fading to `foot` below.
    pub fn ridge(&mut self, (base, swing): (f32, f32), color: Color, foot: Color, seed: &mut Seed) {
        let waves: Vec<(f32, f32, f32)> = (0..6)
            .map(|octave| {
                let pitch = 2.0_f32.powi(octave) * seed.between(1.6, 3.2);
                (pitch, swing / 1.9_f32.powi(octave), seed.between(0.0, 6.3))
            })
            .collect();
        let unit = self.width as f32;
        for column in 0..self.width {
            let x = column as f32 / unit;
            let line =
                base - waves.iter().map(|(pitch, size, start)| (x * pitch + start).sin() * size).sum::<f32>();
            for row in ((line * unit).max(0.0) as u32)..self.height {
                let y = row as f32 / unit;
                let pixel = &mut self.pixels[row as usize * self.width as usize + column as usize];
                let paint = mix(color, foot, (y - line) / 0.35);
                *pixel = mix(*pixel, paint, (y - line) * unit + 1.0);
            }
        }
    }

    /// Light from above, darker corners and a fine grain: what makes a flat picture look taken.
    pub fn finish(&mut self, seed: &mut Seed) {
        let (width, tall) = (self.width as f32, self.height as f32);
        for row in 0..self.height {
            for column in 0..self.width {
                let (dx, dy) = (column as f32 / width - 0.5, row as f32 / tall - 0.45);
                let light = 1.06 - 0.34 * (dx * dx + dy * dy) + seed.between(-0.012, 0.012);
                for part in &mut self.pixels[row as usize * self.width as usize + column as usize] {
                    *part *= light;
                }
            }
        }
    }

    /// The picture as a JPEG of quality 80.
    ///
    /// # Errors
    /// When it has no pixels.
    pub fn jpeg(&self) -> image::ImageResult<Vec<u8>> {
        let bytes = self.pixels.iter().flatten().map(|part| part.clamp(0.0, 255.0) as u8).collect();
        let picture = RgbImage::from_raw(self.width, self.height, bytes).expect("three bytes a pixel");
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 80).write_image(
            &picture,
            self.width,
            self.height,
            image::ExtendedColorType::Rgb8,
        )?;
        Ok(file)
    }
}
