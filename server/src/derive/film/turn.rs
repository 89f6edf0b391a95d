//! How an AVIF is to be turned: its container says so, beside the coded picture, and ffmpeg looks at that only from
//! version 7.1 on. The few boxes that lead there are walked within the file's first bytes (ISO/IEC 14496-12 §8.11,
//! 23008-12 §6.5.10 and §6.5.12); nothing is decoded, and what is not understood turns nothing.

/// Bytes of the file that are read; a picture's properties stand near its beginning.
pub const HEAD_BYTES: usize = 64 << 10;

/// ffmpeg's filters that turn the decoded picture upright, each with a comma behind it; empty where it is.
pub fn filters(head: &[u8]) -> String {
    turns(head).unwrap_or_default()
}

fn turns(head: &[u8]) -> Option<String> {
    let meta = find(head, b"meta")?.get(4..)?;
    let primary = primary(find(meta, b"pitm")?)?;
    let properties = find(meta, b"iprp")?;
    let all: Vec<([u8; 4], &[u8])> = boxes(find(properties, b"ipco")?).collect();
    let mut filters = String::new();
    for index in associated(find(properties, b"ipma")?, primary)? {
        let Some((name, [value, ..])) = all.get(index.checked_sub(1)?) else { continue };
        // Angles are quarters of a turn against the clock.
        filters.push_str(match (name, value & 3) {
            (b"irot", 1) => "transpose=cclock,",
            (b"irot", 2) => "hflip,vflip,",
            (b"irot", 3) => "transpose=clock,",
            (b"imir", mode) if mode & 1 == 0 => "vflip,",
            (b"imir", _) => "hflip,",
            _ => "",
        });
    }
    Some(filters)
}

/// Boxes behind each other, by name and content; ends at the first that is cut off.
fn boxes(mut rest: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<8>()?;
        let [s0, s1, s2, s3, name @ ..] = *head;
        let size = usize::try_from(u32::from_be_bytes([s0, s1, s2, s3])).ok()?;
        let (content, next) = after.split_at_checked(size.checked_sub(8)?)?;
        rest = next;
        Some((name, content))
    })
}

fn find<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find_map(|(name, content)| (name == *wanted).then_some(content))
}

/// The id of the picture that is shown.
fn primary(pitm: &[u8]) -> Option<u32> {
    match pitm {
        [0, _, _, _, high, low, ..] => Some(u32::from(u16::from_be_bytes([*high, *low]))),
        [_, _, _, _, a, b, c, d, ..] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

/// Places of an item's properties, counted from 1, in the order in which they are applied.
fn associated(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let ([version, _, _, flags], rest) = ipma.split_first_chunk::<4>()?;
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    for _ in 0..u32::from_be_bytes(*count) {
        let (id, after) = if *version == 0 {
            let (id, after) = rest.split_first_chunk::<2>()?;
            (u32::from(u16::from_be_bytes(*id)), after)
        } else {
            let (id, after) = rest.split_first_chunk::<4>()?;
            (u32::from_be_bytes(*id), after)
        };
        let (count, after) = after.split_first()?;
        let width = 1 + usize::from(flags & 1);
        let (places, after) = after.split_at_checked(usize::from(*count) * width)?;
        if id == item {
            // The highest bit says whether a reader must understand it.
            let place = |place: &[u8]| match place {
                [high, low] => usize::from(u16::from_be_bytes([high & 0x7F, *low])),
                [one] => usize::from(one & 0x7F),
                _ => 0,
            };
            return Some(places.chunks(width).map(place).collect());
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], name, content].concat()
    }

    /// A file whose second item is shown, with these properties and places of them.
    fn file(properties: &[Vec<u8>], ipma: &[u8]) -> Vec<u8> {
        let iprp = [boxed(b"ipco", &properties.concat()), boxed(b"ipma", ipma)].concat();
        let meta = [vec![0; 4], boxed(b"pitm", &[0, 0, 0, 0, 0, 2]), boxed(b"iprp", &iprp)].concat();
        [boxed(b"ftyp", b"avif\0\0\0\0"), boxed(b"meta", &meta), boxed(b"mdat", b"...")].concat()
    }

    #[test]
    fn a_picture_is_turned_as_its_own_properties_say_in_their_order() {
        let properties = [
            boxed(b"ispe", &[0; 12]),
            boxed(b"irot", &[1]),
            boxed(b"imir", &[1]),
            boxed(b"irot", &[3]),
            boxed(b"imir", &[0]),
        ];
        let one = |places: &[u8]| {
            let count = u8::try_from(places.len()).unwrap();
            let other = [0, 1, 1, 0x84]; // the first item is turned otherwise
            [&[0, 0, 0, 0, 0, 0, 0, 2][..], &other, &[0, 2, count], places].concat()
        };
        assert_eq!(filters(&file(&properties, &one(&[1, 0x82]))), "transpose=cclock,");
        assert_eq!(filters(&file(&properties, &one(&[1, 0x84, 0x83]))), "transpose=clock,hflip,");
        assert_eq!(filters(&file(&properties, &one(&[0x85, 1]))), "vflip,");
        assert_eq!(filters(&file(&properties, &one(&[1]))), "");
        let wide = [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0x80, 2];
        assert_eq!(filters(&file(&properties, &wide)), "transpose=cclock,");
    }

    #[test]
    fn what_is_cut_off_or_contradicts_itself_turns_nothing() {
        let whole = file(&[boxed(b"irot", &[1])], &[0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 1]);
        assert_eq!(filters(&whole), "transpose=cclock,");
        let meta = whole.len() - boxed(b"mdat", b"...").len();
        for end in 0..meta {
            assert_eq!(filters(&whole[..end]), "", "{end}");
        }
        for place in [0, 2, 0x7F] {
            assert_eq!(
                filters(&file(&[boxed(b"irot", &[1])], &[0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, place])),
                ""
            );
        }
        assert_eq!(filters(&file(&[boxed(b"irot", &[])], &[0, 0, 0, 0, 255, 255, 255, 255, 0, 2, 1, 1])), "");
    }
}
