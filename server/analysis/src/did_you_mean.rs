//! The nearest known name.

use divisi_model::registry::normalise;

/// The candidate that was most likely meant, if any is near enough: first one that differs only in case and
/// separators, then the one with the fewest slips (letters left out, added, changed, or two swapped). Of equally
/// near ones the first given.
///
/// How many slips are tolerated grows with the length of the name, since short names are near to everything.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Shape::of(name);
    within(name, &wanted, candidates, tolerance(wanted.length))
}

/// [`nearest`] where more than one slip is another name, and so is any other name of under five letters.
pub(crate) fn one_slip<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Shape::of(name);
    within(name, &wanted, candidates, usize::from(wanted.length >= 5))
}

fn within<'a>(
    name: &str,
    wanted: &Shape,
    candidates: impl IntoIterator<Item = &'a str>,
    tolerance: usize,
) -> Option<&'a str> {
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let shape = Shape::of(candidate);
        let tolerated = best.map_or(tolerance, |(slips, _)| slips.saturating_sub(1));
        if candidate == name || wanted.least_slips(&shape) > tolerated {
            continue;
        }
        let slips = strsim::damerau_levenshtein(&normalise(name), &normalise(candidate));
        if slips == 0 {
            return Some(candidate);
        }
        if slips <= tolerated {
            best = Some((slips, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Slips tolerated in a name of that many characters.
const fn tolerance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    }
}

/// What can be compared without comparing the names: a lower bound on the slips between two.
struct Shape {
    /// Characters, separators not counted.
    length: usize,
    /// Which characters occur, folded into a word.
    letters: u64,
}

impl Shape {
    fn of(name: &str) -> Self {
        let mut shape = Self { length: 0, letters: 0 };
        for c in name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase) {
            shape.length += 1;
            shape.letters |= 1 << (u32::from(c) % u64::BITS);
        }
        shape
    }

    fn least_slips(&self, other: &Self) -> usize {
        // One slip changes at most two letters of the set: one goes, one comes.
        let letters = (self.letters ^ other.letters).count_ones() as usize;
        letters.div_ceil(2).max(self.length.abs_diff(other.length))
    }
}
