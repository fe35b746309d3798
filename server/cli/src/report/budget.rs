//! Budgets for people.

use std::time::Duration;

use divisi_engine::amounts::{Amounts, Unit};
use divisi_model::duration;

use super::cost;

/// Whose budget it is: `the run`, or the node whose part of the run it limits.
pub(super) fn whose(scope: &str) -> String {
    if scope.is_empty() { "the run".to_owned() } else { scope.to_owned() }
}

/// `its budget is used up: $4.87 of $5.00`.
pub(super) fn too_little(unit: Unit, spent: u64, limit: u64) -> String {
    let how = if spent >= limit { "is used up" } else { "has too little left" };
    format!("its budget {how}: {} of {}", amount(unit, spent), amount(unit, limit))
}

/// `$5.00, 20 turns`.
pub(super) fn all(amounts: &Amounts) -> String {
    let said = Unit::ALL.into_iter().filter_map(|unit| Some(amount(unit, amounts.get(unit)?)));
    said.collect::<Vec<_>>().join(", ")
}

fn amount(unit: Unit, amount: u64) -> String {
    match unit {
        #[expect(clippy::cast_precision_loss, reason = "it is rounded to cents")]
        Unit::Usd => cost::dollars(amount as f64 / 1e6),
        Unit::Tokens => format!("{} tokens", cost::amount(amount)),
        Unit::Turns if amount == 1 => "1 turn".to_owned(),
        Unit::Turns => format!("{amount} turns"),
        Unit::Wall => duration::human(Duration::from_millis(amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_is_told_in_the_words_of_its_unit() {
        assert_eq!(too_little(Unit::Usd, 5_100_000, 5_000_000), "its budget is used up: $5.10 of $5.00");
        assert_eq!(
            too_little(Unit::Tokens, 9_500, 10_000),
            "its budget has too little left: 9.5k tokens of 10.0k tokens"
        );
        assert_eq!(too_little(Unit::Turns, 1, 1), "its budget is used up: 1 turn of 1 turn");
        let more = Amounts { micro_usd: Some(500_000), wall_ms: Some(3_600_000), ..Amounts::default() };
        assert_eq!(all(&more), "$0.50, 1h");
    }
}
