//! What names look like.

/// What examples write where a real name would stand. Source: public commands, as of autumn 2026.
const PLACEHOLDERS: &[&str] = &[
    "agent",
    "agent-a",
    "agent-b",
    "agent-id",
    "agent-name",
    "agent-type",
    "agent_name",
    "agent_type",
    "agentname",
    "agenttype",
    "agent-x",
    "bar",
    "example",
    "example-agent",
    "exact-agent-name",
    "foo",
    "my-agent",
    "name",
    "new-agent",
    "plugin-name:agent-name",
    "some-agent",
    "some-name",
    "specialist-name",
    "subagent",
    "subagent-name",
    "subagent-type",
    "type",
    "your-agent",
    "your-agent-name",
];

/// Whether `name` only stands for a name.
pub(super) fn is_placeholder(name: &str) -> bool {
    let bare = name.rsplit(':').next().unwrap_or_default();
    let is_listed = |name: &str| PLACEHOLDERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    // `x`, `N`, `agent-3`, `AGENT_NAME`
    let letters = bare.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_numbered = bare
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .strip_suffix('-')
        .is_some_and(|stem| bare.ends_with(|c: char| c.is_ascii_digit()) && is_listed(stem));
    let is_constant =
        letters > 1 && bare.contains('_') && !bare.bytes().any(|byte| byte.is_ascii_lowercase());
    letters < 2 || is_numbered || is_constant || is_listed(bare) || is_listed(name)
}

/// Whether `name` has several parts, which an ordinary word has not.
pub(super) fn is_compound(name: &str) -> bool {
    name.contains(['-', '_', ':'])
}

/// Length of the name at the beginning of `text`: letters, digits, `-`, `_`, and `:` between them; 0 where there is
/// none. Names begin with a letter or digit and do not end in a separator.
pub(super) fn length(text: &str) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_alphanumeric) {
        return 0;
    }
    let end = bytes.iter().position(|byte| !is_part(byte)).unwrap_or(bytes.len());
    text.get(..end).unwrap_or_default().trim_end_matches(['-', '_', ':']).len()
}

/// Whether all of `text` is one name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && length(text) == text.len()
}
