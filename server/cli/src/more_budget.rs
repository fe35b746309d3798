//! `--budget KEY=AMOUNT`: more of what a run may spend.

use std::str::FromStr;

use divisi_engine::amounts::{Amounts, Unit};
use divisi_model::{duration, size};

const FORMS: &str = "write usd=5, tokens=200k, turns=50 or wall=1h";

/// What is given to one budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoreBudget {
    /// Path of the node whose part of the run it limits; empty for the whole run.
    pub(crate) scope: String,
    /// How much more.
    pub(crate) more: Amounts,
}

impl FromStr for MoreBudget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, amount) = text.split_once('=').ok_or(FORMS)?;
        let (scope, key) = name.rsplit_once('.').unwrap_or(("", name));
        let unit = Unit::ALL.into_iter().find(|unit| unit.key() == key).ok_or(FORMS)?;
        let amount = amount_of(unit, amount)?;
        if amount == 0 {
            return Err("nothing more is no more".to_owned());
        }
        let mut more = Amounts::default();
        more.set(unit, Some(amount));
        Ok(Self { scope: scope.to_owned(), more })
    }
}

fn amount_of(unit: Unit, text: &str) -> Result<u64, String> {
    match unit {
        Unit::Usd => {
            dollars(text.trim_start_matches('$')).ok_or_else(|| "usd is a number, as in usd=2.50".to_owned())
        }
        Unit::Tokens => size::parse_tokens(text).map_err(|error| error.to_string()),
        Unit::Turns => text.parse().map_err(|_| "turns is a whole number, as in turns=50".to_owned()),
        Unit::Wall => {
            let wall = duration::parse(text).map_err(|error| error.to_string())?;
            Ok(u64::try_from(wall.as_millis()).unwrap_or(u64::MAX))
        }
    }
}

/// Dollars in millionths; none for what is no sum that anybody pays.
fn dollars(text: &str) -> Option<u64> {
    let micro = (text.parse::<f64>().ok()? * 1e6).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within these bounds")]
    (0.0..=1e15).contains(&micro).then_some(micro as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_simple_to_type() {
        let more = |text: &str| text.parse::<MoreBudget>();
        let usd = Amounts { micro_usd: Some(2_500_000), ..Amounts::default() };
        assert_eq!(more("usd=2.50"), Ok(MoreBudget { scope: String::new(), more: usd }));
        assert_eq!(more("usd=$2.50"), more("usd=2.50"));
        assert_eq!(more("part.usd=2.5"), Ok(MoreBudget { scope: "part".to_owned(), more: usd }));
        assert_eq!(more("tokens=200k").map(|given| given.more.tokens), Ok(Some(200_000)));
        assert_eq!(more("turns=3").map(|given| given.more.turns), Ok(Some(3)));
        assert_eq!(more("wall=1h").map(|given| given.more.wall_ms), Ok(Some(3_600_000)));
        for wrong in ["5", "usd", "usd=", "usd=-1", "usd=NaN", "usd=0", "cents=5", "turns=1.5", "wall=1"] {
            assert!(more(wrong).is_err(), "{wrong}");
        }
    }
}
