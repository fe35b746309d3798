//! Hostile texts: bounded depth, bounded faults, and nothing that takes more than linear time.

mod support;

use divisi_syntax::{ErrorKind, Limits, Span, Tree, strict, yaml};
use support::shape::assert_sound;

const MANY: usize = 100_000;

fn depth(tree: &Tree) -> usize {
    let mut depths = Vec::new();
    let mut open: Vec<_> = tree.documents().iter().map(|root| (*root, 1)).collect();
    while let Some((node, depth)) = open.pop() {
        depths.push(depth);
        open.extend(tree.children(node).map(|child| (child, depth + 1)));
    }
    depths.into_iter().max().unwrap_or_default()
}

fn has_limit_error(tree: &Tree) -> bool {
    tree.errors().iter().any(|error| error.kind == ErrorKind::Limit)
}

#[test]
fn depth_is_bounded_and_later_nodes_are_found() {
    let stairs = |entry: &str| -> String {
        (0..3000).map(|level| format!("{}{entry}\n", " ".repeat(level))).collect()
    };
    for deep in [
        "[".repeat(MANY),
        "{a: ".repeat(MANY),
        "- ".repeat(MANY),
        "? ".repeat(MANY),
        stairs("a:"),
        stairs("-"),
    ] {
        let indented: String = deep.lines().map(|line| format!("  {line}\n")).collect();
        let tree = yaml::parse(format!("deep:\n{indented}id: later\n").into());
        assert_sound(&tree);
        assert!(has_limit_error(&tree));
        assert!(depth(&tree) <= 2 * Limits::default().depth as usize + 1);
        let later = tree.get(tree.root().unwrap(), "id").and_then(|id| tree.str(id));
        assert_eq!(later.as_deref(), Some("later"), "{}", &indented[..40]);
    }
}

#[test]
fn repeated_marks_take_linear_time() {
    for mark in [
        "[",
        "]",
        "{",
        "}",
        "{{",
        "[a: ",
        "[? ",
        "[[a]: ",
        "- ",
        "? ",
        ": ",
        "a: ",
        "&a ",
        "!a ",
        "*a ",
        "*a,",
        "\"",
        "'\n",
        "|\n",
        ">\n",
        "- |\n",
        "a\n",
        "a\n\n",
        "\t",
        "\t\n",
        "\r",
        "#\n",
        "%a\n",
        "---\n",
        "...\n",
        "k: [\n",
        "k: \"\n",
        "a: b\n- c\n",
        "[,",
        "\"\" ",
        "\u{feff}",
    ] {
        let tree = yaml::parse(mark.repeat(MANY).into());
        assert!(tree.errors().len() <= 1000, "{mark:?}: {} errors", tree.errors().len());
    }
}

#[test]
fn aliases_are_never_expanded() {
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..10_000 {
        bomb += &format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1);
    }
    let tree = yaml::parse(bomb.into());
    assert_sound(&tree);
    assert!(tree.errors().is_empty());
    assert_eq!(tree.len(), 1 + 4 * 10_000);
}

#[test]
fn a_text_that_is_too_large_is_not_read() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    let tree = yaml::parse_region("a: a long text".into(), Span::new(0, 14), limits);
    assert!(tree.is_empty());
    assert!(has_limit_error(&tree));
}

#[test]
fn a_region_that_does_not_fit_is_shortened() {
    let tree = yaml::parse_region("a: é".into(), Span::new(0, 4), Limits::default());
    assert_eq!(tree.str(tree.get(tree.root().unwrap(), "a").unwrap()).as_deref(), Some(""));
    assert!(yaml::parse_region("a".into(), Span::new(7, 3), Limits::default()).is_empty());
}

#[test]
fn the_strict_check_stands_hostile_texts_and_gives_byte_spans() {
    for mark in ["[", "{a: ", "- ", "? ", "&a "] {
        let text = mark.repeat(MANY);
        strict::check_yaml(&text, Span::new(0, text.len() as u32));
    }
    let text = "---\n\u{feff}é: ü\na: b: c\n---\nbody: [";
    let region = Span::new(4, 21);
    assert_eq!(region.slice(text), "\u{feff}é: ü\na: b: c");
    let faults = strict::check_yaml(text, region);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].span.slice(text), ": c");
}
