//! A `run` text without shell syntax, split into words, so that no shell has to be started for it.

/// Characters that mean something to a shell outside quotes.
const SHELL_CHARACTERS: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '*', '?', '[', ']', '#', '~', '{', '}', '!', '\n',
    '\r', '\0',
];

/// First words that are not, or not only, programs.
const SHELL_WORDS: &[&str] = &[
    ".", ":", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue", "declare", "eval",
    "exec", "exit", "export", "fg", "for", "function", "getopts", "hash", "if", "jobs", "let", "local",
    "read", "readonly", "return", "select", "set", "shift", "shopt", "source", "time", "times", "trap",
    "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// The words of `line`, or none where only a shell knows what it means. Quotes are the only syntax that is read here:
/// `'…'` as it is, `"…"` where nothing in it would be expanded.
pub fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.trim().chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => word.get_or_insert_default().push_str(&until(&mut characters, '\'', &[])?),
            '"' => {
                word.get_or_insert_default().push_str(&until(&mut characters, '"', &['$', '`', '\\', '!'])?)
            }
            _ if SHELL_CHARACTERS.contains(&character) => return None,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    let first = words.first()?;
    let is_assignment = first.contains('=');
    (!is_assignment && !SHELL_WORDS.contains(&first.as_str())).then_some(words)
}

fn until(characters: &mut std::str::Chars<'_>, quote: char, forbidden: &[char]) -> Option<String> {
    let mut text = String::new();
    for character in characters {
        if character == quote {
            return Some(text);
        }
        if character == '\0' || forbidden.contains(&character) {
            return None;
        }
        text.push(character);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn plain_words_are_split() {
        let cases: &[(&str, &[&str])] = &[
            ("cargo test --workspace", &["cargo", "test", "--workspace"]),
            ("  a\tb  \n", &["a", "b"]),
            ("echo 'a  b' \"c d\"e ''", &["echo", "a  b", "c de", ""]),
            ("echo '$HOME |' x=1", &["echo", "$HOME |", "x=1"]),
            ("grüße --größe=ß", &["grüße", "--größe=ß"]),
        ];
        for (line, words) in cases {
            assert_eq!(
                split(line).as_deref(),
                Some(words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>().as_slice()),
                "{line}"
            );
        }
    }

    #[test]
    fn whatever_a_shell_would_read_is_left_to_it() {
        for line in [
            "",
            "   ",
            "a | b",
            "a && b",
            "a; b",
            "echo $HOME",
            "echo \"$HOME\"",
            "echo `x`",
            "ls *.rs",
            "cat ~/x",
            "a\nb",
            "X=1 make",
            "cd /tmp",
            "export A",
            "echo 'open",
            "echo \"open",
            "a \\\n b",
            "echo {a,b}",
            "a # b",
            "! true",
            "time ls",
            "if x",
            "echo > y",
            "a & ",
        ] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
