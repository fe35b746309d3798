//! Archon's `when` as an expression of ours.

use divisi_model::foreign::{Language, Mention};

/// Atoms joined by `||` and `&&`, each `$node.output[.field] OPERATOR 'value'`; values are compared as texts, and by
/// `<` and `>` as numbers. `None` where a part cannot be said exactly.
pub(super) fn translate(text: &str, expression: impl Fn(&Mention, &str) -> Option<String>) -> Option<String> {
    let clauses: Option<Vec<String>> = split(text, "||")
        .into_iter()
        .map(|clause| {
            let atoms: Option<Vec<String>> = split(clause, "&&")
                .into_iter()
                .map(|atom| translate_atom(atom.trim(), &expression))
                .collect();
            Some(atoms?.join(" and "))
        })
        .collect();
    Some(clauses?.join(" or "))
}

fn translate_atom(atom: &str, expression: &impl Fn(&Mention, &str) -> Option<String>) -> Option<String> {
    const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "<", ">"];
    let mention = *Language::ArchonCondition.scan(atom).first().filter(|mention| mention.span.start == 0)?;
    let rest = atom.get(mention.span.end as usize..)?.trim_start();
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator))?;
    let value = rest.get(operator.len()..)?.trim();
    let quoted = value.strip_prefix('\'').and_then(|inside| inside.strip_suffix('\''));
    let value = quoted.unwrap_or(value);
    if value.contains(['\'', '\\']) || (quoted.is_none() && !is_bare(value)) {
        return None;
    }
    let path = expression(&mention, atom)?;
    match *operator {
        "==" | "!=" => Some(format!("{path} | string {operator} '{value}'")),
        _ => {
            value.parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some(format!("{path} | float {operator} {value}"))
        }
    }
}

/// What may stand without quotes.
fn is_bare(value: &str) -> bool {
    matches!(value, "true" | "false") || value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The parts between `separator`, which does not count inside of quotes.
fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if !is_quoted && rest.starts_with(separator) {
            parts.push(text.get(start..at).unwrap_or_default());
            at += separator.len();
            start = at;
            continue;
        }
        is_quoted ^= rest.starts_with('\'');
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}
