//! What a claim asks for, and what can be had together.

use divisi_analysis::globs_meet;
use serde::{Deserialize, Serialize};

/// One thing that a claim asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Want {
    /// The same for all who ask for the same thing.
    pub(super) key: String,
    /// For people: `the lock db`.
    pub(super) what: String,
    pub(super) mode: Mode,
}

/// How it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub(super) enum Mode {
    /// Alone.
    Exclusive,
    /// One of so many units. Where runs do not agree on the number, the smallest counts.
    Shared {
        /// Its number.
        units: u32,
    },
    /// To write to files of a worktree that match these globs; none where nobody said which.
    Writes {
        /// As the plan has them, from the top of the worktree.
        globs: Option<Vec<String>>,
    },
}

impl Want {
    /// Whether it can be had beside `others`, of which those of other keys do not matter.
    pub(super) fn fits_beside(&self, others: &[&Self]) -> bool {
        let others: Vec<&Mode> =
            others.iter().filter(|other| other.key == self.key).map(|other| &other.mode).collect();
        match &self.mode {
            Mode::Exclusive => others.is_empty(),
            Mode::Shared { units } => {
                let least = others.iter().filter_map(|other| units_of(other)).chain([*units]).min();
                let has_room = least.is_none_or(|least| others.len() < least.max(1) as usize);
                has_room && others.iter().all(|other| units_of(other).is_some())
            }
            Mode::Writes { globs: own } => others.iter().all(|other| match other {
                Mode::Writes { globs: other } => !may_meet(own.as_deref(), other.as_deref()),
                _ => false,
            }),
        }
    }
}

fn units_of(mode: &Mode) -> Option<u32> {
    match mode {
        Mode::Shared { units } => Some(*units),
        Mode::Exclusive | Mode::Writes { .. } => None,
    }
}

/// Who writes nothing meets nobody; who does not say what he writes meets everybody else.
fn may_meet(one: Option<&[String]>, other: Option<&[String]>) -> bool {
    match (one, other) {
        (Some([]), _) | (_, Some([])) => false,
        (Some(one), Some(other)) => one.iter().any(|a| other.iter().any(|b| globs_meet(a, b))),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(mode: Mode) -> Want {
        Want { key: "k".to_owned(), what: "the lock k".to_owned(), mode }
    }

    fn writes(globs: &[&str]) -> Want {
        want(Mode::Writes { globs: Some(globs.iter().map(|glob| (*glob).to_owned()).collect()) })
    }

    #[test]
    fn an_exclusive_want_is_alone_and_units_are_counted() {
        let (alone, one_of_two) = (want(Mode::Exclusive), want(Mode::Shared { units: 2 }));
        let one_of_many = want(Mode::Shared { units: u32::MAX });
        assert!(alone.fits_beside(&[]) && !alone.fits_beside(&[&one_of_two]));
        assert!(!one_of_two.fits_beside(&[&alone]));
        assert!(one_of_two.fits_beside(&[&one_of_many]));
        assert!(!one_of_many.fits_beside(&[&one_of_two, &one_of_two]), "the smallest number counts");
    }

    #[test]
    fn files_meet_by_their_globs_and_whoever_says_nothing_meets_everybody() {
        let unknown = want(Mode::Writes { globs: None });
        assert!(writes(&["a/**"]).fits_beside(&[&writes(&["b/*.md"])]));
        assert!(!writes(&["a/**"]).fits_beside(&[&writes(&["a/x.md"])]));
        assert!(!writes(&["a/**"]).fits_beside(&[&unknown]) && !unknown.fits_beside(&[&unknown]));
        assert!(writes(&[]).fits_beside(&[&unknown]) && unknown.fits_beside(&[&writes(&[])]));
    }

    #[test]
    fn other_keys_do_not_matter() {
        let other = Want { key: "other".to_owned(), ..want(Mode::Exclusive) };
        assert!(want(Mode::Exclusive).fits_beside(&[&other]));
    }
}
