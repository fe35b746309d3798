//! Arguments: bound to their declarations, typed, checked.

use std::collections::BTreeMap;

use divisi_analysis::did_you_mean::nearest;
use divisi_model::variables::arg_variable;
use divisi_model::{Arg, Dag, Given};
use divisi_syntax::Span;
use serde_json::{Map, Value};

use super::Faults;
use crate::client::RunOptions;
use crate::environment::{as_text, check_secret, has_type, typed_argument};
use crate::eval::fit;
use crate::plan::LateArg;

/// Arguments of a plan.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// By name; secret ones and those without a value hold `null`.
    pub(super) values: Map<String, Value>,
    /// Secret ones: the environment variable that holds the value.
    pub(super) secret: BTreeMap<String, String>,
}

/// What the arguments of a DAG that is a node get before the run, and what only the run knows.
#[derive(Debug, Default)]
pub(super) struct CalledWith {
    pub(super) bound: Bound,
    pub(super) late: Map<String, Value>,
    pub(super) late_types: BTreeMap<String, LateArg>,
}

/// Binds the arguments of a DAG that is a node. `known`: the value of what is given, where the run is not needed for
/// it.
pub(super) fn bind_call(
    dag: &Dag,
    given: &Given,
    known: impl Fn(&Value) -> Option<Result<Value, String>>,
    faults: &mut Faults,
    span: Span,
) -> CalledWith {
    let mut called = CalledWith::default();
    let named = match given {
        Given::Nothing => &[][..],
        Given::Named(named) => named,
        Given::Text(_) | Given::List(_) => {
            faults.add(span, "a DAG takes its arguments by name: `args: { name: value }`");
            return called;
        }
    };
    for (name, _) in named.iter().filter(|(name, _)| !dag.args.iter().any(|arg| arg.name.value == name.value))
    {
        let hint = hint_at(dag, name);
        faults.add(name.span, format!("the DAG has no argument {}{hint}", name.value));
    }
    for arg in &dag.args {
        let name = &arg.name.value;
        let given = named.iter().find(|(given, _)| given.value == *name).map(|(_, value)| value);
        if arg.secret {
            if given.is_some() {
                let variable = arg_variable(name);
                faults.add(
                    span,
                    format!("the argument {name} is secret: set it in the environment as {variable}"),
                );
            }
            called.bound.values.insert(name.clone(), Value::Null);
            let source = secret_source(arg, &RunOptions::default(), faults);
            called.bound.secret.insert(name.clone(), source);
            continue;
        }
        let declared = LateArg { kind: arg.kind, choices: arg.choices.clone() };
        let value = match given.map(|value| (value, known(value))) {
            Some((value, None)) => {
                called.late.insert(name.clone(), value.clone());
                called.late_types.insert(name.clone(), declared);
                continue;
            }
            Some((_, Some(value))) => value.and_then(|value| fit(&declared, value)),
            None => match &arg.default {
                Some(default) => Ok(default.value.clone()),
                None if arg.required => Err("it is required".to_owned()),
                None => Ok(Value::Null),
            },
        };
        match value {
            Ok(value) => drop(called.bound.values.insert(name.clone(), value)),
            Err(error) => faults.add(span, format!("the argument {name}: {error}")),
        }
    }
    called
}

pub(super) fn bind(dag: &Dag, options: &RunOptions, faults: &mut Faults) -> Bound {
    refuse_unknown(dag, options, faults);
    let mut bound = Bound::default();
    for arg in &dag.args {
        let name = &arg.name.value;
        if arg.secret {
            bound.values.insert(name.clone(), Value::Null);
            bound.secret.insert(name.clone(), secret_source(arg, options, faults));
            continue;
        }
        let value = match given(arg, options) {
            Some(Ok(value)) => Some(value),
            Some(Err(message)) => {
                faults.add(arg.name.span, message);
                continue;
            }
            None => arg.default.as_ref().map(|default| default.value.clone()),
        };
        match value {
            Some(value) => {
                check_choice(arg, &value, faults);
                bound.values.insert(name.clone(), value);
            }
            None if arg.required => {
                faults.add(arg.name.span, format!("the argument {name} is required: --arg {name}=…"));
            }
            None => drop(bound.values.insert(name.clone(), Value::Null)),
        }
    }
    bound
}

fn refuse_unknown(dag: &Dag, options: &RunOptions, faults: &mut Faults) {
    let known = || dag.args.iter().map(|arg| arg.name.value.as_str());
    let names = options.args.iter().map(|(name, _)| name).chain(options.json_args.keys());
    for name in names.filter(|name| !known().any(|known| known == name.as_str())) {
        let hint = hint_at(dag, name);
        faults.add_asked(format!("there is no argument {name}{hint}"));
    }
}

fn hint_at(dag: &Dag, name: &str) -> String {
    let known = || dag.args.iter().map(|arg| arg.name.value.as_str());
    match nearest(name, known()) {
        Some(near) => format!("; did you mean {near}?"),
        None if dag.args.is_empty() => "; this DAG takes no arguments".to_owned(),
        None => format!("; it takes {}", known().collect::<Vec<_>>().join(", ")),
    }
}

/// What was given for an argument; the last counts. An error is text for people.
fn given(arg: &Arg, options: &RunOptions) -> Option<Result<Value, String>> {
    let name = &arg.name.value;
    let wrong = |what: &str, given: &str| format!("the argument {name} must be {what}, and `{given}` is not");
    if let Some((_, text)) = options.args.iter().rev().find(|(given, _)| given == name) {
        return Some(typed_argument(arg.kind, text).map_err(|what| wrong(what, text)));
    }
    let value = options.json_args.get(name)?;
    if has_type(arg.kind, value) {
        return Some(Ok(value.clone()));
    }
    // An editor's input box gives text.
    let text = as_text(value);
    Some(typed_argument(arg.kind, &text).map_err(|what| wrong(what, &text)))
}

fn check_choice(arg: &Arg, value: &Value, faults: &mut Faults) {
    if arg.choices.is_empty() || arg.choices.contains(value) {
        return;
    }
    let choices: Vec<String> = arg.choices.iter().map(as_text).collect();
    let message = format!(
        "the argument {} is one of {}, and `{}` is not",
        arg.name.value,
        choices.join(", "),
        as_text(value)
    );
    faults.add(arg.name.span, message);
}

/// A secret is never given on the command line, where every process can read it, nor written in the file: it stands in
/// the variable through which the programs get it, too.
fn secret_source(arg: &Arg, options: &RunOptions, faults: &mut Faults) -> String {
    let name = &arg.name.value;
    let variable = arg_variable(name);
    let is_given =
        options.args.iter().any(|(given, _)| given == name) || options.json_args.contains_key(name);
    if let Some(default) = &arg.default {
        faults.add(
            default.span,
            format!("the argument {name} is secret, and this file is stored with each run: remove its default and set it in the environment as {variable}"),
        );
        return variable;
    }
    if is_given {
        faults.add(
            arg.name.span,
            format!("the argument {name} is secret: set it in the environment as {variable}"),
        );
        return variable;
    }
    match std::env::var(&variable) {
        Ok(value) => {
            if let Err(message) = check_secret(name, &value) {
                faults.add(arg.name.span, message);
            }
        }
        Err(_) => faults.add(
            arg.name.span,
            format!("the secret argument {name} is taken from ${variable}, which is not set"),
        ),
    }
    variable
}
