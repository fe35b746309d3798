//! The default of an argument: of its type, one of its `enum`, and none where it is secret.

use divisi_model::variables::arg_variable;
use divisi_model::{Arg, ArgType};
use divisi_syntax::Span;
use serde_json::Value;

use super::CODE;
use crate::context::Context;
use crate::edits;
use crate::finding::Finding;

pub(in crate::rules) fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.is_native() {
        findings.extend(context.dag.args.iter().filter_map(|arg| check_arg(context, arg)));
    }
}

fn check_arg(context: &Context<'_>, arg: &Arg) -> Option<Finding> {
    let default = arg.default.as_ref().filter(|default| !default.value.is_null())?;
    let finding = |message: String| Some(Finding::new(&CODE, default.span, message));
    let name = &arg.name.value;
    if arg.secret {
        let variable = arg_variable(name);
        return finding(format!(
            "the argument `{name}` is secret and has no default: a run takes it from `${variable}`"
        ));
    }
    if !fits(arg.kind, &default.value) {
        return finding(format!("the default of `{name}` must be {}", describe(arg.kind)));
    }
    let is_choice = arg.choices.is_empty() || arg.choices.contains(&default.value);
    (!is_choice).then(|| not_a_choice(context, arg, &default.value, default.span))
}

fn not_a_choice(context: &Context<'_>, arg: &Arg, default: &Value, span: Span) -> Finding {
    /// More are not worth reading.
    const SHOWN: usize = 10;
    let mut choices: Vec<String> =
        arg.choices.iter().take(SHOWN).map(|choice| format!("`{}`", as_written(choice))).collect();
    if arg.choices.len() > SHOWN {
        choices.push("…".to_owned());
    }
    let name = &arg.name.value;
    let message = format!("the default of `{name}` is not in its `enum`: {}", choices.join(", "));
    let words = arg.choices.iter().filter_map(Value::as_str);
    match default.as_str().and_then(|default| context.suggest(default, words)) {
        Some(meant) => Finding::new(&CODE, span, format!("{message}; did you mean `{meant}`?"))
            .fix(edits::change_to(context.text(), span, meant)),
        None => Finding::new(&CODE, span, message),
    }
}

/// Whether a run can use the value as one of that type. A number is a fine text.
fn fits(kind: ArgType, value: &Value) -> bool {
    match kind {
        ArgType::String => !value.is_array() && !value.is_object(),
        ArgType::Integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        ArgType::Number => value.is_number(),
        ArgType::Boolean => value.is_boolean(),
        ArgType::List => value.is_array(),
    }
}

const fn describe(kind: ArgType) -> &'static str {
    match kind {
        ArgType::String => "a text, as its `type` says",
        ArgType::Integer => "a whole number without quotes, as its `type` says",
        ArgType::Number => "a number without quotes, as its `type` says",
        ArgType::Boolean => "`true` or `false` without quotes, as its `type` says",
        ArgType::List => "a list such as `[a, b]`, as its `type` says",
    }
}

fn as_written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
