//! Truth table 1: what a trigger rule makes of the ends of all dependencies (ENGINE, section 2).

use divisi_model::TriggerRule;

use super::class::Class;

/// What occurs among the dependencies. The table asks only whether, never how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    /// At least one is ok or tolerated.
    pub ok: bool,
    /// At least one is skipped.
    pub skip: bool,
    /// At least one is bad.
    pub bad: bool,
}

/// What the rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// The node may run.
    Run,
    /// It is skipped.
    Skip,
    /// It is blocked.
    Block,
}

impl Ends {
    /// Adds one dependency's end.
    pub fn add(&mut self, class: Class) {
        match class {
            Class::Ok | Class::Tolerated => self.ok = true,
            Class::Skip => self.skip = true,
            Class::Bad => self.bad = true,
        }
    }
}

impl FromIterator<Class> for Ends {
    fn from_iter<I: IntoIterator<Item = Class>>(classes: I) -> Self {
        let mut ends = Self::default();
        classes.into_iter().for_each(|class| ends.add(class));
        ends
    }
}

/// The rule's word, once all dependencies are over.
pub fn ruling(rule: TriggerRule, ends: Ends) -> Ruling {
    let none = !ends.ok && !ends.skip && !ends.bad;
    if none || rule == TriggerRule::AllDone {
        return Ruling::Run;
    }
    if ends.bad {
        let enough = rule == TriggerRule::OneSuccess && ends.ok;
        return if enough { Ruling::Run } else { Ruling::Block };
    }
    if !ends.skip {
        return Ruling::Run;
    }
    match (rule, ends.ok) {
        (TriggerRule::AllSuccess, _) => Ruling::Skip,
        (TriggerRule::NoneFailed, _) | (_, true) => Ruling::Run,
        (_, false) => Ruling::Skip,
    }
}
