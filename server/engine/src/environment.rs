//! What a node's program sees of the environment: an allow-list, what is declared, and our own variables.

use std::collections::BTreeMap;

use divisi_model::ArgType;
use divisi_model::variables::{arg_variable, input_variable};
use serde_json::Value;

use crate::event::OutputValue;
use crate::logs::SECRET_MIN_BYTES;
use crate::plan::{PlanEnv, PlanNode, StoredPlan};

/// Passed on to every node.
const ALLOWED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "TZ",
    "TERM",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    "SYSTEMROOT",
];

const ALLOWED_PREFIXES: &[&str] = &["LC_", "XDG_", "SSL_CERT_"];

/// Bytes of an input's value from which on it is passed as a file (64 KB).
pub const INPUT_FILE_LIMIT: usize = 64_000;

/// The environment of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeEnvironment {
    /// Names and values.
    pub variables: BTreeMap<String, String>,
    /// Values to mask.
    pub secrets: Vec<String>,
    /// Inputs that are too large for a variable: the variable that is to hold the file's path, and the text to write.
    pub input_files: Vec<(String, String)>,
}

/// The environment that this process was given. Variables that are not UTF-8 are left out.
pub fn own_environment() -> BTreeMap<String, String> {
    let variables = std::env::vars_os();
    variables
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Builds the environment of a node from `host`, the environment of the host. `runner_env`: variables that the node's
/// runner asks for.
///
/// # Errors
/// A secret that is not set or too short to be masked; text for people.
pub fn build(
    plan: &StoredPlan,
    node: &PlanNode,
    inputs: &BTreeMap<String, OutputValue>,
    runner_env: &[String],
    host: &BTreeMap<String, String>,
) -> Result<NodeEnvironment, String> {
    let mut environment = NodeEnvironment::default();
    for (name, value) in host {
        if is_allowed(name) || plan.pass_env.contains(name) {
            environment.variables.insert(name.clone(), value.clone());
        }
    }
    for name in runner_env {
        environment.pass_to_runner(name, host);
    }
    for variable in plan.env_of(node).iter().chain(&node.env) {
        environment.declare(variable, host)?;
    }
    environment.add_args(plan, node, host)?;
    environment.add_inputs(inputs)?;
    Ok(environment)
}

/// Names in `program` (`$NAME`, `${NAME}`) that the host has and the node was not given.
pub fn withheld(
    program: &str,
    given: &BTreeMap<String, String>,
    host: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut names: Vec<String> = program
        .split('$')
        .skip(1)
        .map(|rest| rest.strip_prefix('{').unwrap_or(rest))
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>())
        .filter(|name| host.contains_key(name) && !given.contains_key(name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A value as text: strings as they are, everything else as JSON.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_allowed(name: &str) -> bool {
    let is_proxy = name.len().checked_sub("_PROXY".len()).is_some_and(|before| {
        before > 0 && name.get(before..).is_some_and(|end| end.eq_ignore_ascii_case("_PROXY"))
    });
    ALLOWED.contains(&name) || is_proxy || ALLOWED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a variable that a runner asks for holds a key, by its name.
fn names_a_key(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["KEY", "TOKEN", "SECRET", "PASSWORD"].iter().any(|word| name.contains(word))
}

impl NodeEnvironment {
    fn pass_to_runner(&mut self, name: &str, host: &BTreeMap<String, String>) {
        let Some(value) = host.get(name) else { return };
        if names_a_key(name) && value.len() >= SECRET_MIN_BYTES {
            self.secrets.push(value.clone());
        }
        self.variables.insert(name.to_owned(), value.clone());
    }

    fn declare(&mut self, variable: &PlanEnv, host: &BTreeMap<String, String>) -> Result<(), String> {
        let value = match (&variable.value, &variable.from_env) {
            (Some(value), _) => Some(value),
            (None, Some(source)) => host.get(source),
            (None, None) => None,
        };
        let Some(value) = value else {
            if let (true, Some(source)) = (variable.secret, &variable.from_env) {
                return Err(format!(
                    "the secret {} is taken from ${source}, which is not set",
                    variable.name
                ));
            }
            self.variables.remove(&variable.name);
            return Ok(());
        };
        if variable.secret {
            self.hide(&variable.name, value)?;
        }
        self.variables.insert(variable.name.clone(), value.clone());
        Ok(())
    }

    fn hide(&mut self, name: &str, value: &str) -> Result<(), String> {
        check_secret(name, value)?;
        self.secrets.push(value.to_owned());
        Ok(())
    }

    fn add_args(
        &mut self,
        plan: &StoredPlan,
        node: &PlanNode,
        host: &BTreeMap<String, String>,
    ) -> Result<(), String> {
        for (name, value) in plan.args_of(node) {
            let variable = arg_variable(name);
            if let Some(source) = plan.secret_args_of(node).get(name) {
                let Some(secret) = host.get(source) else {
                    return Err(format!(
                        "the secret argument {name} is taken from ${source}, which is not set"
                    ));
                };
                self.hide(name, secret)?;
                self.variables.insert(variable, secret.clone());
            } else if !value.is_null() {
                self.variables.insert(variable, as_text(value));
            }
        }
        Ok(())
    }

    fn add_inputs(&mut self, inputs: &BTreeMap<String, OutputValue>) -> Result<(), String> {
        for (name, value) in inputs {
            let variable = input_variable(name);
            let text = match value {
                OutputValue::Value(value) => as_text(value),
                OutputValue::File { path, .. } => path.clone(),
                OutputValue::Blob { path, .. } => {
                    self.variables.insert(format!("{variable}_FILE"), path.clone());
                    continue;
                }
            };
            if text.contains('\0') {
                return Err(format!("the input {name} holds a NUL byte, which no environment variable can"));
            }
            if text.len() > INPUT_FILE_LIMIT {
                self.input_files.push((format!("{variable}_FILE"), text));
            } else {
                self.variables.insert(variable, text);
            }
        }
        Ok(())
    }
}

/// Refuses a secret that cannot be masked; text for people.
pub fn check_secret(name: &str, value: &str) -> Result<(), String> {
    if value.len() < SECRET_MIN_BYTES {
        return Err(format!(
            "the secret {name} has fewer than {SECRET_MIN_BYTES} bytes and cannot be masked"
        ));
    }
    Ok(())
}

/// Reads an argument given as text by its declared type. Lists are JSON, or separated by commas.
pub fn typed_argument(kind: ArgType, text: &str) -> Result<Value, &'static str> {
    match kind {
        ArgType::String => Ok(Value::String(text.to_owned())),
        ArgType::Integer => text.parse::<i64>().map(Value::from).map_err(|_| "a whole number"),
        ArgType::Number => {
            let number = text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            text.parse::<i64>().map(Value::from).ok().or(number.map(Value::Number)).ok_or("a number")
        }
        ArgType::Boolean => text.parse::<bool>().map(Value::Bool).map_err(|_| "true or false"),
        ArgType::List if text.trim_start().starts_with('[') => match serde_json::from_str(text) {
            Ok(list @ Value::Array(_)) => Ok(list),
            _ => Err("a JSON list, or values separated by commas"),
        },
        ArgType::List if text.is_empty() => Ok(Value::Array(Vec::new())),
        ArgType::List => {
            Ok(Value::Array(text.split(',').map(|item| Value::String(item.trim().to_owned())).collect()))
        }
    }
}

/// Whether a JSON value has a declared type.
pub fn has_type(kind: ArgType, value: &Value) -> bool {
    match kind {
        ArgType::String => value.is_string(),
        ArgType::Integer => value.is_i64() || value.is_u64(),
        ArgType::Number => value.is_number(),
        ArgType::Boolean => value.is_boolean(),
        ArgType::List => value.is_array(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn host(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_listed_variables_pass() {
        let passed = [
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LC_ALL",
            "TZ",
            "TERM",
            "TMPDIR",
            "XDG_CONFIG_HOME",
            "HTTPS_PROXY",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSH_AUTH_SOCK",
        ];
        let withheld = [
            "AWS_SECRET_ACCESS_KEY",
            "PROXY",
            "_PROXY",
            "MY_PROXY_URL",
            "path",
            "GITHUB_TOKEN",
            "LD_PRELOAD",
        ];
        assert!(passed.iter().all(|name| is_allowed(name)));
        assert!(!withheld.iter().any(|name| is_allowed(name)));
    }

    #[test]
    fn withheld_variables_are_those_that_the_program_names() {
        let host = host(&[("A", "1"), ("B_2", "1"), ("C", "1"), ("PATH", "/bin")]);
        let given = super::tests::host(&[("PATH", "/bin")]);
        assert_eq!(withheld("echo $A ${B_2}x $PATH $D $$ ${A}", &given, &host), ["A", "B_2"]);
    }

    #[test]
    fn arguments_are_read_by_their_type() {
        let cases = [
            (ArgType::String, "1", Ok(json!("1"))),
            (ArgType::Integer, "-7", Ok(json!(-7))),
            (ArgType::Integer, "1.5", Err("a whole number")),
            (ArgType::Number, "7", Ok(json!(7))),
            (ArgType::Number, "1.5", Ok(json!(1.5))),
            (ArgType::Number, "NaN", Err("a number")),
            (ArgType::Boolean, "true", Ok(json!(true))),
            (ArgType::Boolean, "yes", Err("true or false")),
            (ArgType::List, "a, b", Ok(json!(["a", "b"]))),
            (ArgType::List, " [1, \"x\"]", Ok(json!([1, "x"]))),
            (ArgType::List, "[1", Err("a JSON list, or values separated by commas")),
            (ArgType::List, "", Ok(json!([]))),
        ];
        for (kind, text, value) in cases {
            assert_eq!(typed_argument(kind, text), value, "{kind:?} {text}");
        }
    }
}
