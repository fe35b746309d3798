//! What a hostile or broken file may cost: a clear answer, within the time limit, and never a panic.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};

use divisi_tests::{World, divisi};

/// Runs `divisi ARGUMENTS` in the world under a limit of time and of memory. A hang or a panic fails the test.
fn bounded(world: &World, arguments: &[&str]) -> Output {
    // Two minutes are for a debug build on a busy machine; what is tested is that it ends. 2 GiB of address space.
    let script = "ulimit -v 2097152; exec timeout --kill-after=5 120 \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(divisi())
        .args(arguments)
        .current_dir(world.workspace())
        .envs(world.environment())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("sh is part of every Linux");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{arguments:?} panicked:\n{stderr}");
    let code = output.status.code();
    assert!(code.is_some_and(|code| code < 124), "{arguments:?} ended with {:?}:\n{stderr}", output.status);
    output
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Checks one file; asserts the exit status and that the answer holds `part`.
fn check(name: &str, bytes: impl AsRef<[u8]>, status: i32, part: &str) {
    let world = World::new();
    let path = world.write(name, "");
    std::fs::write(&path, bytes).expect("a fresh file");
    let output = bounded(&world, &["check", name]);
    let text = text_of(&output);
    assert_eq!(output.status.code(), Some(status), "{name}:\n{}", first_lines(&text));
    assert!(text.contains(part), "{name}: no {part:?} in\n{}", first_lines(&text));
}

fn first_lines(text: &str) -> String {
    text.lines().take(40).fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{}", line.chars().take(200).collect::<String>());
        all
    })
}

#[test]
fn an_empty_file_is_an_empty_dag() {
    check("a.dag.yaml", "", 0, "empty-dag");
    check("a.dag.json", "", 0, "empty-dag");
}

#[test]
fn a_directory_with_a_dags_name_is_no_file() {
    let world = World::new();
    std::fs::create_dir(world.workspace().join("a.dag.yaml")).expect("a fresh folder");
    let output = bounded(&world, &["check", "a.dag.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text_of(&output));
    let output = bounded(&world, &["run", "a.dag.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let world = World::new();
    let output = bounded(&world, &["check", "missing.dag.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    assert!(text_of(&output).contains("missing.dag.yaml"));
}

#[test]
fn twenty_megabytes_are_refused_not_read() {
    let text = format!("nodes:\n{}", "  - {id: a, run: echo hello hello hello hello}\n".repeat(430_000));
    assert!(text.len() > 20_000_000);
    check("a.dag.yaml", text, 2, "16 M");
}

#[test]
fn binary_is_refused() {
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    check("a.dag.yaml", &bytes, 2, "a.dag.yaml");
}

#[test]
fn a_hundred_thousand_brackets() {
    check("a.dag.yaml", "[".repeat(100_000), 1, "128");
    check("a.dag.json", "[".repeat(100_000), 1, "128");
    check("b.dag.yaml", "{a: ".repeat(100_000), 1, "128");
}

#[test]
fn a_hundred_thousand_dashes() {
    check("a.dag.yaml", "- ".repeat(100_000), 1, "128");
}

#[test]
fn three_thousand_levels_of_indent() {
    let text = (0..3_000).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}k{level}:", " ".repeat(level));
        text
    });
    check("a.dag.yaml", text, 1, "128");
}

#[test]
fn alias_bombs_stay_small() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..60 {
        let before = format!("*a{}", level - 1);
        let _ = writeln!(text, "a{level}: &a{level} [{}]", vec![before; 10].join(", "));
    }
    text.push_str("name: bomb\nnodes: *a59\n");
    check("a.dag.yaml", &text, 1, "a.dag.yaml");
    check("b.dag.yaml", "&a [*a, *a]\n", 1, "b.dag.yaml");
}

fn nodes(count: usize, dependency: impl Fn(usize) -> Option<usize>) -> String {
    (0..count).fold("name: long\nnodes:\n".to_owned(), |mut text, at| {
        let _ = write!(text, "- {{id: n{at}, run: 'true'");
        if let Some(dependency) = dependency(at) {
            let _ = write!(text, ", depends_on: [n{dependency}]");
        }
        text.push_str("}\n");
        text
    })
}

#[test]
fn a_chain_of_a_hundred_thousand_nodes_is_fine() {
    check("a.dag.yaml", nodes(100_000, |at| at.checked_sub(1)), 0, "");
}

#[test]
fn a_ring_of_a_hundred_thousand_nodes_is_one_cycle() {
    check("a.dag.yaml", nodes(100_000, |at| Some((at + 99_999) % 100_000)), 1, "cycle");
}

#[test]
fn symlink_loops_and_dangling_links_end() {
    let world = World::new();
    let root = world.workspace();
    std::fs::create_dir_all(root.join(".claude/agents")).expect("a fresh folder");
    std::os::unix::fs::symlink("../..", root.join(".claude/agents/up")).expect("a fresh link");
    std::os::unix::fs::symlink("self", root.join("self")).expect("a fresh link");
    std::os::unix::fs::symlink("nowhere.dag.yaml", root.join("dangling.dag.yaml")).expect("a fresh link");
    world.write("a.dag.yaml", "name: a\nnodes: [{id: a, run: 'true'}]\n");
    let output = bounded(&world, &["check"]);
    assert!(output.status.code() == Some(0) || text_of(&output).contains("dangling"), "{}", text_of(&output));
}

#[test]
fn an_unreadable_folder_is_named_and_the_rest_is_checked() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    world.write("locked/.claude/agents/x.md", "");
    world.write("a.dag.yaml", "name: a\nnodes: [{id: a, run: 'true', bogus_key: 1}]\n");
    let locked = world.workspace().join("locked");
    let mode = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("ours");
    };
    mode(&locked, 0o000);
    let output = if rustix::process::geteuid().is_root() {
        // The superuser can read every folder, so somebody else looks.
        mode(&world.workspace().join(".."), 0o755);
        let program = world.workspace().join("../divisi");
        std::fs::copy(divisi(), &program).expect("a fresh file");
        let mut nobody = Command::new("setpriv");
        nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program).arg("check");
        nobody
            .current_dir(world.workspace())
            .env("NO_COLOR", "1")
            .output()
            .expect("setpriv is part of util-linux")
    } else {
        bounded(&world, &["check"])
    };
    mode(&locked, 0o755);
    let text = text_of(&output);
    assert!(text.contains("locked"), "{text}");
    assert!(text.contains("unknown-key"), "{text}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let world = World::new();
    for at in 0..200 {
        world.write(&format!("d{at}.dag.yaml"), "name: a\nnodes: [{id: a, run: 'true', bogus_key: 1}]\n");
    }
    let output = Command::new("sh")
        .args(["-c", "\"$0\" check | head -1; "])
        .arg(divisi())
        .current_dir(world.workspace())
        .envs(world.environment())
        .output()
        .expect("sh is part of every Linux");
    assert!(!text_of(&output).contains("panicked"), "{}", text_of(&output));
}
