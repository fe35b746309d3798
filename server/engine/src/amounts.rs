//! Amounts of what a run spends: money, tokens, turns, time. In whole units, so that sums are exact.

pub use divisi_model::Unit;
use serde::{Deserialize, Serialize};

use crate::event::Usage;

/// An amount of each unit; none where nothing is said of it: of a limit that is "no limit", of a sum it is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Amounts {
    /// Millionths of a US dollar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micro_usd: Option<u64>,
    /// Tokens, in and out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Turns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turns: Option<u64>,
    /// Milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_ms: Option<u64>,
}

impl Amounts {
    /// Of nothing anything is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said of a unit.
    pub const fn get(&self, unit: Unit) -> Option<u64> {
        match unit {
            Unit::Usd => self.micro_usd,
            Unit::Tokens => self.tokens,
            Unit::Turns => self.turns,
            Unit::Wall => self.wall_ms,
        }
    }

    /// Says something of a unit.
    pub const fn set(&mut self, unit: Unit, amount: Option<u64>) {
        match unit {
            Unit::Usd => self.micro_usd = amount,
            Unit::Tokens => self.tokens = amount,
            Unit::Turns => self.turns = amount,
            Unit::Wall => self.wall_ms = amount,
        }
    }

    /// Adds to a unit.
    pub fn add(&mut self, unit: Unit, amount: u64) {
        if amount > 0 {
            self.set(unit, Some(self.get(unit).unwrap_or(0).saturating_add(amount)));
        }
    }

    /// What a runner reports; nothing is said of what it does not report.
    pub fn of_usage(usage: &Usage) -> Self {
        Self {
            micro_usd: usage.usd.map(micro),
            tokens: Some(usage.input_tokens.saturating_add(usage.output_tokens)),
            turns: usage.turns.map(u64::from),
            wall_ms: None,
        }
    }
}

/// Dollars in millionths; what is below zero, or no number, is nothing.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and takes what is no number for zero"
)]
fn micro(usd: f64) -> u64 {
    (usd * 1e6).round() as u64
}
