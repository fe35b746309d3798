//! Tokens and dollars for people.

use divisi_engine::event::Usage;

/// `12.3k tokens, $0.42`: what one node or a whole run used. Without the dollars where nobody told them.
pub(crate) fn used(usage: &Usage) -> String {
    let tokens = format!("{} tokens", amount(usage.tokens()));
    match usage.usd {
        Some(usd) => format!("{tokens}, {}", dollars(usd)),
        None => tokens,
    }
}

/// `12.3k in (4k from a cache), 1.2k out`.
pub(crate) fn in_and_out(usage: &Usage) -> String {
    let cached = match usage.cached_tokens {
        0 => String::new(),
        cached => format!(" ({} from a cache)", amount(cached)),
    };
    format!("{} in{cached}, {} out", amount(usage.input_tokens), amount(usage.output_tokens))
}

/// `$0.42`; a sum under a cent has four digits, one under their last is only said to be there.
pub(crate) fn dollars(usd: f64) -> String {
    match usd {
        usd if usd <= 0.0 || usd >= 0.01 => format!("${usd:.2}"),
        usd if usd < 0.0001 => "under $0.0001".to_owned(),
        usd => format!("${usd:.4}"),
    }
}

/// `950`, `12.3k`, `4.5M`.
pub(crate) fn amount(tokens: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "it is rounded to three digits")]
    let scaled = |unit: u64| tokens as f64 / unit as f64;
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..1_000_000 => format!("{:.1}k", scaled(1_000)),
        _ => format!("{:.1}M", scaled(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        let usage = Usage { input_tokens: 2_500, output_tokens: 390, usd: Some(0.0178), ..Usage::default() };
        assert_eq!(used(&usage), "2.9k tokens, $0.02");
        assert_eq!(in_and_out(&usage), "2.5k in, 390 out");
        assert_eq!(dollars(0.0042), "$0.0042");
        assert_eq!(dollars(0.0), "$0.00");
        assert_eq!(dollars(0.000_03), "under $0.0001");
        assert_eq!(used(&Usage { input_tokens: 4_520_000, ..Usage::default() }), "4.5M tokens");
    }
}
