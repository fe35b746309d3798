//! Whether values and operators of an expression alternate, and its brackets match.
//!
//! This is less than MiniJinja's grammar: what is refused here MiniJinja refuses, too, and not the other way round.

use super::lexer::{Fault, Token, TokenKind};

/// What a token is to its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A value, or the name of an attribute, a filter or a test.
    Value,
    /// A text in quotes. Several side by side are one.
    Text,
    /// An operator between two values.
    Between,
    /// The operator `is`, which has the name of a test behind it.
    Is,
    /// `not`, before a value or before `in`.
    Not,
    /// `+` and `-`, before a value or between two; `*` and `**` before arguments.
    Sign,
    Open,
    Close,
    /// `,` and `:`
    Separator,
    Dot,
    Assign,
}

/// The first fault in an expression whose tokens are sound.
pub(super) fn fault(tokens: &[Token<'_>]) -> Option<Fault> {
    let roles = roles(tokens);
    let mut open: Vec<&str> = Vec::new();
    for (at, (token, role)) in tokens.iter().zip(&roles).enumerate() {
        let message = match role {
            Role::Open => {
                open.push(token.text);
                None
            }
            Role::Close if !open.pop().is_some_and(|bracket| matches(bracket, token.text)) => {
                Some("this bracket closes another kind than the one that is open")
            }
            Role::Assign if open.is_empty() => Some("`=` compares nothing: write `==`"),
            _ => misplaced(&roles, at, is_not_in(tokens, at)),
        };
        if let Some(message) = message {
            return Some(Fault { span: token.span, message });
        }
    }
    None
}

fn matches(open: &str, close: &str) -> bool {
    matches!((open, close), ("(", ")") | ("[", "]") | ("{", "}"))
}

fn roles(tokens: &[Token<'_>]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let previous = at.checked_sub(1).and_then(|before| tokens.get(before));
        roles.push(role(token, previous, &roles));
    }
    roles
}

/// The role of a token behind `previous`, the last of those with the roles `before`.
fn role(token: &Token<'_>, previous: Option<&Token<'_>>, before: &[Role]) -> Role {
    match (token.kind, token.text) {
        (TokenKind::Name, _) if is_member(previous) => Role::Value,
        (TokenKind::Name, _) if before.ends_with(&[Role::Is, Role::Not]) => Role::Value,
        (TokenKind::Name, "not" | "in" | "if") if ends_test(before) => Role::Value,
        (TokenKind::Name, "not") if !is_operand(previous, before) => Role::Not,
        // Where a value must stand, MiniJinja takes the other words for names.
        (TokenKind::Name, "and" | "or" | "in" | "if" | "else") if ends_value(before) => Role::Between,
        (TokenKind::Name, "is") if ends_value(before) => Role::Is,
        (TokenKind::Name | TokenKind::Number, _) => Role::Value,
        (TokenKind::Text { .. }, _) => Role::Text,
        (TokenKind::Operator, "+" | "-") => Role::Sign,
        // What is spread as arguments: `f(*list)`.
        (TokenKind::Operator, "*" | "**") if matches!(before, [.., Role::Open | Role::Separator]) => {
            Role::Sign
        }
        (TokenKind::Operator, "," | ":") => Role::Separator,
        (TokenKind::Operator, _) | (TokenKind::Pipe, _) => Role::Between,
        (TokenKind::Open, _) => Role::Open,
        (TokenKind::Close, _) => Role::Close,
        (TokenKind::Dot, _) => Role::Dot,
        (TokenKind::Assign, _) => Role::Assign,
    }
}

/// Whether a name behind `previous` is an attribute or a filter, whatever it is called.
fn is_member(previous: Option<&Token<'_>>) -> bool {
    previous.is_some_and(|previous| matches!(previous.kind, TokenKind::Dot | TokenKind::Pipe))
}

/// Whether `previous` is an operator that binds so tightly that `not` behind it is a name.
fn is_operand(previous: Option<&Token<'_>>, before: &[Role]) -> bool {
    let is_word = previous.is_some_and(|previous| previous.kind == TokenKind::Name && previous.text != "in");
    matches!(before, [.., Role::Between | Role::Sign]) && !is_word
}

/// Whether an operator can stand behind tokens of these roles; behind `not` it can be `in`.
fn ends_value(roles: &[Role]) -> bool {
    match roles {
        [.., Role::Value | Role::Text | Role::Close, Role::Not] => true,
        [.., last] => matches!(last, Role::Value | Role::Text | Role::Close),
        [] => false,
    }
}

/// Whether the last of `roles` is the name of a test, whose argument may stand behind it without brackets:
/// `is divisibleby 3`, `is not divisibleby 3`.
fn ends_test(mut roles: &[Role]) -> bool {
    while let [rest @ .., Role::Dot, Role::Value] = roles {
        roles = rest;
    }
    matches!(roles, [.., Role::Is, Role::Value] | [.., Role::Is, Role::Not, Role::Value])
}

/// What is wrong with the token at `at`, by its neighbours.
fn misplaced(roles: &[Role], at: usize, is_not_in: bool) -> Option<&'static str> {
    let role = |distance: isize| at.checked_add_signed(distance).and_then(|at| roles.get(at));
    let ends = matches!(role(1), None | Some(Role::Close | Role::Separator));
    match roles.get(at)? {
        Role::Between | Role::Is | Role::Not | Role::Sign if ends => {
            Some("a value is missing after this operator")
        }
        Role::Between | Role::Is if !is_not_in => match role(-1) {
            Some(Role::Value | Role::Text | Role::Close | Role::Dot) => None,
            _ => Some("a value is missing before this operator"),
        },
        Role::Text if role(-1) == Some(&Role::Text) => None,
        Role::Value | Role::Text if matches!(role(-1), Some(Role::Value | Role::Text | Role::Close)) => {
            let is_argument = roles.get(..at).is_some_and(ends_test);
            (!is_argument).then_some("an operator is missing before this")
        }
        _ => None,
    }
}

/// Whether the token at `at` ends `not in`, which is one operator.
fn is_not_in(tokens: &[Token<'_>], at: usize) -> bool {
    let text = |at: usize| tokens.get(at).map(|token| token.text);
    text(at) == Some("in") && at.checked_sub(1).and_then(text) == Some("not")
}
