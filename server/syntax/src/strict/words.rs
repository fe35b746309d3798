//! Saphyr's messages in words that say what to do.

use std::borrow::Cow;

const CLOSE_THE_QUOTE: &str = "a quote is opened here and never closed: close it";
const INDENT_FURTHER: &str = "this line belongs to a value above it: indent it further than the value's key";
const MOVE_THE_TAB: &str = "tabs cannot indent: use spaces";
const PUT_IN_QUOTES: &str = "a value cannot begin like this: put it in quotes";
const SPACE_AFTER: &str = "`:` needs a space behind it";
const ESCAPE: &str = "`\\` begins no known escape here: write `\\\\`, or use single quotes";

/// What saphyr says, and what we say instead. Messages about tags and directives, which no DAG needs, are left to it.
const WORDS: &[(&str, &str)] = &[
    (
        "simple key expect ':'",
        "the line above is neither `key: value` nor part of a value: add the `:`, or indent the whole text below its key",
    ),
    (
        "simple key expected",
        "there is no key before this `:`, or it spans lines: write `key: value` in one line",
    ),
    (
        "mapping values are not allowed in this context",
        "a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes",
    ),
    (
        "mapping keys are not allowed in this context",
        "no key can begin here: begin it on a line of its own, or put the value in quotes",
    ),
    (
        "illegal placement of ':' indicator",
        "this `:` stands where no key can end: remove it, or put the value in quotes",
    ),
    (
        "block sequence entries are not allowed in this context",
        "a list's `- ` cannot begin here: begin it on a line of its own, or put the value in quotes",
    ),
    (
        "\"-\" is only valid inside a block",
        "`- ` begins no item between brackets: separate the items with `,`",
    ),
    ("'-' must be followed by a valid YAML whitespace", "`-` needs a space behind it"),
    ("':' must be followed by a valid YAML whitespace", SPACE_AFTER),
    ("':' may not precede any of `[{` in flow mapping", SPACE_AFTER),
    ("plain scalar cannot start with '-' followed by ,[]{}", PUT_IN_QUOTES),
    ("unexpected end of plain scalar", PUT_IN_QUOTES),
    (
        "while parsing a block mapping, did not find expected key",
        "no key can begin here: align it with the keys above, or put the value before it in quotes",
    ),
    (
        "while parsing a block collection, did not find expected '-' indicator",
        "an item of the list must begin here with `- `: add it, or correct the indentation",
    ),
    ("while parsing a flow mapping, did not find expected ',' or '}'", "`,` or `}` is missing before this"),
    ("while parsing a flow sequence, expected ',' or ']'", "`,` or `]` is missing before this"),
    ("while parsing a node, did not find expected node content", "a value is missing before this: add one"),
    ("misplaced bracket", "this bracket closes nothing: remove it, or open it before"),
    ("did not find expected <document start>", "the document has ended before this: correct the indentation"),
    ("invalid indentation", INDENT_FURTHER),
    ("invalid indentation in quoted scalar", INDENT_FURTHER),
    ("invalid indentation in flow construct", INDENT_FURTHER),
    ("invalid indentation for anchor", INDENT_FURTHER),
    (
        "wrongly indented line in block scalar",
        "this line of the text is indented less than its first: align them",
    ),
    ("tabs disallowed within this context (block indentation)", MOVE_THE_TAB),
    ("tabs disallowed in this context", MOVE_THE_TAB),
    ("tab cannot be used as indentation", MOVE_THE_TAB),
    ("while scanning a plain scalar, found a tab", MOVE_THE_TAB),
    ("a block scalar content cannot start with a tab", MOVE_THE_TAB),
    ("while scanning a quoted scalar, found unexpected end of stream", CLOSE_THE_QUOTE),
    ("while scanning a quoted scalar, found unexpected document indicator", CLOSE_THE_QUOTE),
    (
        "invalid trailing content after double-quoted scalar",
        "nothing can stand behind the closing quote: put the whole value in quotes, or escape those inside",
    ),
    ("while parsing a quoted scalar, found unknown escape character", ESCAPE),
    ("while parsing a quoted scalar, did not find expected hexadecimal number", ESCAPE),
    ("while parsing a quoted scalar, found invalid Unicode character escape code", ESCAPE),
    (
        "while scanning a block scalar, did not find expected comment or line break",
        "the text must begin on the line after `|` or `>`",
    ),
    (
        "while scanning a block scalar, found an indentation indicator equal to 0",
        "the number behind `|` or `>` must be 1 to 9",
    ),
    (
        "comment intercepting the multiline text",
        "a comment cannot stand inside a text of several lines: move it, or put the text in quotes",
    ),
    (
        "while scanning an anchor or alias, did not find expected alphabetic or numeric character",
        "`*` and `&` need a name behind them: put a value that begins with one in quotes",
    ),
    (
        "while parsing node, found unknown anchor",
        "no `&` with this name stands above: define it, or quote the value",
    ),
    ("found unprintable character", "a control character stands here: remove it"),
    ("a byte order mark must not appear inside a document", "a byte order mark stands here: remove it"),
    ("recursion limit exceeded", "this is nested too deeply: make it flatter"),
    ("unexpected eof", "the file ends too early: close what is open"),
];

/// The message in plain words; one without an entry is kept in parentheses.
pub(super) fn plain(original: &str) -> Cow<'static, str> {
    if let Some((_, words)) = WORDS.iter().find(|(theirs, _)| *theirs == original) {
        return Cow::Borrowed(words);
    }
    match original.strip_prefix("unexpected character: `").and_then(|rest| rest.strip_suffix('\'')) {
        Some(character) => Cow::Owned(format!("no value can begin with `{character}`: put it in quotes")),
        None => Cow::Owned(format!("correct it, or put the value in quotes ({original})")),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::check_yaml;
    use crate::Span;

    #[test]
    fn faults_say_what_to_do() {
        let texts = [
            "a: b\nplain\nc: d\n",
            "a: b: c\n",
            "a: [b] c\n",
            "a: @b\n",
            "a: \"b\" c\n",
            "a: \"b\n",
            "a: \"\\d\"\n",
            "a: [b\n",
            "a: {b: 1 c: 2}\n",
            "a: {b:[]}\n",
            "a: [- b]\n",
            "a: - b\n",
            "a:\n  - b\n  c: d\n",
            "a:\n\tb: c\n",
            "a: *b\n",
            "a: **bold**\n",
            "a: |x\n  b\n",
            "a: b\n # c\n d\n",
            "a: ]\n",
            "  a: b\n c: d\n",
            "a: !<x\n",
        ];
        let lines = texts.map(|text| {
            let faults = check_yaml(text, Span::new(0, text.len() as u32));
            let say = |fault: &crate::SyntaxError| {
                format!("{text:?} at {:?}\n    {}\n", fault.span.slice(text), fault.message)
            };
            faults.first().map_or_else(|| format!("{text:?} is fine\n"), say)
        });
        expect![[r#"
            "a: b\nplain\nc: d\n" at "c: d"
                a strict YAML reader refuses this: the line above is neither `key: value` nor part of a value: add the `:`, or indent the whole text below its key
            "a: b: c\n" at ": c"
                a strict YAML reader refuses this: a value cannot hold `: `, nor begin a mapping on its line: put the whole value in quotes
            "a: [b] c\n" at "c"
                a strict YAML reader refuses this: no key can begin here: align it with the keys above, or put the value before it in quotes
            "a: @b\n" at "@b"
                a strict YAML reader refuses this: no value can begin with `@`: put it in quotes
            "a: \"b\" c\n" at "c"
                a strict YAML reader refuses this: nothing can stand behind the closing quote: put the whole value in quotes, or escape those inside
            "a: \"b\n" at "\"b"
                a strict YAML reader refuses this: a quote is opened here and never closed: close it
            "a: \"\\d\"\n" at "\"\\d\""
                a strict YAML reader refuses this: `\` begins no known escape here: write `\\`, or use single quotes
            "a: [b\n" at ""
                a strict YAML reader refuses this: `,` or `]` is missing before this
            "a: {b: 1 c: 2}\n" at ": 2}"
                a strict YAML reader refuses this: `,` or `}` is missing before this
            "a: {b:[]}\n" at ":[]}"
                a strict YAML reader refuses this: `:` needs a space behind it
            "a: [- b]\n" at "- b]"
                a strict YAML reader refuses this: `- ` begins no item between brackets: separate the items with `,`
            "a: - b\n" at "- b"
                a strict YAML reader refuses this: a list's `- ` cannot begin here: begin it on a line of its own, or put the value in quotes
            "a:\n  - b\n  c: d\n" at "c: d"
                a strict YAML reader refuses this: an item of the list must begin here with `- `: add it, or correct the indentation
            "a:\n\tb: c\n" at "b: c"
                a strict YAML reader refuses this: tabs cannot indent: use spaces
            "a: *b\n" at "*b"
                a strict YAML reader refuses this: no `&` with this name stands above: define it, or quote the value
            "a: **bold**\n" at "**bold**"
                a strict YAML reader refuses this: no `&` with this name stands above: define it, or quote the value
            "a: |x\n  b\n" at "|x"
                a strict YAML reader refuses this: the text must begin on the line after `|` or `>`
            "a: b\n # c\n d\n" at "d"
                a strict YAML reader refuses this: no key can begin here: align it with the keys above, or put the value before it in quotes
            "a: ]\n" at "]"
                a strict YAML reader refuses this: this bracket closes nothing: remove it, or open it before
            "  a: b\n c: d\n" at "c: d"
                a strict YAML reader refuses this: the document has ended before this: correct the indentation
            "a: !<x\n" at "!<x"
                a strict YAML reader refuses this: correct it, or put the value in quotes (while scanning a verbatim tag, did not find the expected '>')
        "#]].assert_eq(&lines.concat());
    }
}
