//! The environment variables that hold a run's values. The one place with the rule of their names.

/// The variable that holds the argument `name`: `$DIVISI_ARG_SCOPE_NAME` for `scope-name`.
pub fn arg_variable(name: &str) -> String {
    format!("DIVISI_ARG_{}", variable_part(name))
}

/// The variable that holds the input `name`: `$DIVISI_INPUT_FOUND` for `found`.
pub fn input_variable(name: &str) -> String {
    format!("DIVISI_INPUT_{}", variable_part(name))
}

/// A name as it can stand in a variable's name: ASCII letters as capitals and digits; any other character is `_`.
/// Two names can therefore share a variable.
fn variable_part(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{arg_variable, input_variable};

    #[test]
    fn names_become_variables() {
        let cases =
            [("scope", "SCOPE"), ("scope-name", "SCOPE_NAME"), ("a.B 2", "A_B_2"), ("größe", "GR__E")];
        for (name, part) in cases {
            assert_eq!(arg_variable(name), format!("DIVISI_ARG_{part}"));
            assert_eq!(input_variable(name), format!("DIVISI_INPUT_{part}"));
        }
    }
}
