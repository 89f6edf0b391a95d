//! The demo's voices: a tone, made here. Nobody's voice was recorded.

/// Samples a second.
const RATE: u32 = 16_000;
/// A pentatonic scale, in hertz: whatever the order, it sounds at ease.
const SCALE: [f32; 5] = [261.6, 293.7, 329.6, 392.0, 440.0];
/// Seconds of one note.
const NOTE_S: f32 = 0.5;

/// A WAV file (RIFF, PCM, 16 bit, mono) of six notes, three seconds; another tune for each seed.
pub fn tone(seed: u64) -> Vec<u8> {
    let note = (RATE as f32 * NOTE_S) as u32;
    let samples = (0..6 * note).map(|at| {
        let pitch = SCALE[((seed >> (2 * (at / note))) % 5) as usize];
        let time = (at % note) as f32 / RATE as f32;
        let swell = (time / NOTE_S * std::f32::consts::PI).sin();
        let wave = (time * pitch * std::f32::consts::TAU).sin()
            + 0.3 * (time * pitch * 2.0 * std::f32::consts::TAU).sin();
        (wave * swell * 8_000.0) as i16
    });
    let sound: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(sound.len()).expect("three seconds are short");
    let mut file = Vec::with_capacity(44 + sound.len());
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1_u16, 1].iter().flat_map(|field| field.to_le_bytes()));
    file.extend([RATE, RATE * 2].iter().flat_map(|field| field.to_le_bytes()));
    file.extend([2_u16, 16].iter().flat_map(|field| field.to_le_bytes()));
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(sound);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_says_how_long_it_is() {
        let file = tone(7);
        assert_eq!(file.len(), 44 + 3 * 2 * RATE as usize);
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(file[40..44], u32::try_from(file.len() - 44).unwrap().to_le_bytes());
        assert_ne!(file, tone(8));
    }
}
