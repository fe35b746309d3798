//! What is spent and can be limited.

use serde::{Deserialize, Serialize};

use crate::dag::Budget;

/// What is spent and can be limited: the keys of a `budget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// US dollars, counted in millionths.
    Usd,
    /// Tokens, in and out.
    Tokens,
    /// Answers of a model.
    Turns,
    /// Time in which anything runs, counted in milliseconds.
    Wall,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Usd, Self::Tokens, Self::Turns, Self::Wall];

    /// Its key in a `budget`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Usd => "usd",
            Self::Tokens => "tokens",
            Self::Turns => "turns",
            Self::Wall => "wall",
        }
    }
}

impl Budget {
    /// Whether it says anything of `unit`.
    pub const fn limits(&self, unit: Unit) -> bool {
        match unit {
            Unit::Usd => self.micro_usd.is_some(),
            Unit::Tokens => self.tokens.is_some(),
            Unit::Turns => self.turns.is_some(),
            Unit::Wall => self.wall.is_some(),
        }
    }
}
