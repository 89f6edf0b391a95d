//! Which pictures are the same, near-duplicates, or nearly so: by the hash of the coded picture, and by how many of 64
//! bits of light differ. Decides nothing about them: what is alike is shown side by side, and nothing is ever removed.

use std::collections::HashMap;

use shared::ids::Digest;

/// Bits by which two pictures of one thing differ at most: encoding anew, another size and other light change up to 5.
pub const SAME_BITS_MAX: u32 = 6;
/// Bits up to which a person is asked to look: a cropped edge changes some 10, other photos differ by 11 and more.
pub const NEAR_BITS_MAX: u32 = 10;

/// By what one picture is compared with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// `Facts::scan_sha256`.
    pub scan: Option<Digest>,
    /// `Likeness::light`; `None` where there is no picture.
    pub light: Option<u64>,
}

/// How near two pictures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// The same coded picture, or so alike that they are shown as one group.
    Same,
    /// To be looked at.
    Near,
}

impl Mark {
    /// How near two pictures are; `None` where they are not alike, or nothing is known of one of them.
    pub fn to(self, other: Mark) -> Option<Nearness> {
        if self.scan.is_some() && self.scan == other.scan {
            return Some(Nearness::Same);
        }
        match (self.light? ^ other.light?).count_ones() {
            0..=SAME_BITS_MAX => Some(Nearness::Same),
            bits if bits <= NEAR_BITS_MAX => Some(Nearness::Near),
            _ => None,
        }
    }
}

/// Gives each picture the number of its group: that of the first picture in it. A chain of neighbours is one group, as
/// a burst drifts. Compares every pair: 10,000 pictures cost some 50 ms.
pub fn groups(marks: &[Mark]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..marks.len()).collect();
    for (at, mark) in marks.iter().enumerate() {
        for (other, earlier) in marks[..at].iter().enumerate() {
            if mark.to(*earlier) == Some(Nearness::Same) {
                join(&mut first, at, other);
            }
        }
    }
    (0..marks.len()).map(|at| root(&first, at)).collect()
}

/// The pictures of each group with more than one.
pub fn members(groups: &[usize]) -> HashMap<usize, Vec<usize>> {
    let mut found: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        found.entry(*group).or_default().push(at);
    }
    found.retain(|_, members| members.len() > 1);
    found
}

/// Pictures that may belong beside those at `from`: a chain of neighbours each, and what is near to one of `from`
/// itself. At most `most`, those of `from` among them. Compares what it reaches with every picture.
pub fn reach(marks: &[Mark], from: &[usize], most: usize) -> Vec<usize> {
    let mut reached = vec![false; marks.len()];
    let mut queue: Vec<usize> = from.iter().copied().take(most).collect();
    queue.iter().for_each(|at| reached[*at] = true);
    let mut near = Vec::new();
    let mut next = 0;
    while let Some(at) = queue.get(next).copied() {
        for (other, mark) in marks.iter().enumerate() {
            match marks[at].to(*mark) {
                Some(Nearness::Same) if !reached[other] && queue.len() < most => {
                    reached[other] = true;
                    queue.push(other);
                }
                Some(Nearness::Near) if next < from.len() => near.push(other),
                _ => {}
            }
        }
        next += 1;
    }
    for other in near {
        if !reached[other] && queue.len() < most {
            reached[other] = true;
            queue.push(other);
        }
    }
    queue
}

fn root(first: &[usize], mut at: usize) -> usize {
    while first[at] != at {
        at = first[at];
    }
    at
}

fn join(first: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(first, one), root(first, other));
    first[one.max(other)] = one.min(other);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(bits: u64) -> Mark {
        Mark { scan: None, light: Some(bits) }
    }

    #[test]
    fn six_bits_are_one_group_and_ten_are_worth_a_look() {
        let of = |bits: u32| light(0).to(light((1 << bits) - 1));
        assert_eq!((of(0), of(6)), (Some(Nearness::Same), Some(Nearness::Same)));
        assert_eq!((of(7), of(10), of(11)), (Some(Nearness::Near), Some(Nearness::Near), None));
        let scan = |hash: u8, light| Mark { scan: Some(Digest([hash; 32])), light };
        assert_eq!(scan(1, Some(0)).to(scan(1, Some(u64::MAX))), Some(Nearness::Same));
        assert_eq!(scan(1, None).to(scan(1, None)), Some(Nearness::Same));
        assert_eq!(scan(1, None).to(scan(2, None)), None);
        assert_eq!(light(0).to(Mark { scan: None, light: None }), None);
    }

    #[test]
    fn a_burst_that_drifts_is_one_group_whatever_the_order() {
        let burst = [0b0, 0x3F, 0xFFF, 0x3_FFFF].map(light);
        assert_eq!(burst[0].to(burst[3]), None);
        for order in [[0, 1, 2, 3], [3, 0, 2, 1], [0, 3, 1, 2]] {
            let marks: Vec<Mark> = order.iter().map(|at| burst[*at]).chain([light(u64::MAX)]).collect();
            assert_eq!(groups(&marks), [0, 0, 0, 0, 4]);
        }
        assert_eq!(members(&groups(&burst)).len(), 1);
        let far = light(0x7F << 40);
        let all = [&burst[..], &[far, light(u64::MAX)]].concat();
        assert_eq!(reach(&all, &[0], 9), [0, 1, 2, 3, 4], "the drift, and what is near to the first");
        assert_eq!(reach(&all, &[3], 9), [3, 2, 1, 0]);
        assert_eq!(reach(&all, &[0], 3), [0, 1, 2]);
        assert!(members(&groups(&[light(0), light(u64::MAX)])).is_empty());
    }
}
