//! Real editors on a real screen, as a user goes through them: each scenario is one Lua file in `terminal/`. The
//! terminal is the one that Neovim has built in, so nothing else has to be there. What the screens showed is kept in
//! `target/tmp/screens` for people to look at.
//!
//! `tools/setup-editors` puts the editors where these tests look for them; without them they fail, they do not skip.

#![expect(clippy::expect_used, reason = "what goes wrong here fails a test")]

use std::path::Path;

use divisi_tests::scenario::{PLAYED_BY_NEOVIM, play};
use divisi_tests::{World, editor, project};

/// Runs one scenario in a world; fails with what it printed, the last screen among it.
fn scenario(name: &str, world: &World) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terminal");
    let neovim = editor("DIVISI_NVIM", "nvim/bin/nvim");
    play(world, &neovim, &folder.join(format!("{name}.lua")), 150, |command| {
        command
            .args(["--headless", "--clean", "-n", "-c", PLAYED_BY_NEOVIM])
            .env("DIVISI_HELIX", editor("DIVISI_HELIX", "helix/hx"))
            .env("DIVISI_INIT", folder.join("init.lua"))
            .env("DIVISI_SCREEN", folder.join("screen.lua"))
            .env("DIVISI_SCREENS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens"))
    });
}

/// Lays the files of a folder into the workspace, as they are, programs executable.
fn copy(world: &World, from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(world, &path, &target);
            continue;
        }
        let target = world.workspace().join(target);
        std::fs::create_dir_all(target.parent().expect("a file has a folder")).expect("a fresh folder");
        std::fs::copy(&path, target).expect("a fresh file");
    }
}

/// The example, whose first agent waits until it is let go.
fn example() -> World {
    let world = World::new();
    copy(&world, &project().join("examples/review-all"), Path::new(""));
    let first = "reviews/codebase-analyzer.sh";
    let program = std::fs::read_to_string(world.workspace().join(first)).expect("the agent's program");
    world.write(first, &format!("touch surveying; until [ -e go ]; do sleep 0.05; done\n{program}"));
    world
}

#[test]
fn the_example_in_neovim() {
    scenario("neovim", &example());
}

/// The settings that the guide gives for Helix.
fn settings_of_helix() -> String {
    let guide = std::fs::read_to_string(project().join("docs/guide/editors.md")).expect("the guide");
    let (_, rest) = guide.split_once("## Helix").expect("a chapter on Helix");
    let (_, rest) = rest.split_once("```toml\n").expect("its settings");
    let (settings, _) = rest.split_once("```").expect("a closed fence");
    settings.to_owned()
}

#[test]
fn the_settings_for_helix_work() {
    let world = World::new();
    world.write("../config/helix/languages.toml", &settings_of_helix());
    world.write("divisi.toml", "");
    world.write(
        ".claude/agents/code-reviewer.md",
        "---\nname: code-reviewer\ndescription: Reads changes and says what is wrong\ntools: Read, Grep\n---\nYou review code.\n",
    );
    world.write(
        "review.dag.yaml",
        "name: review\nnodes:\n  - id: map\n    run: echo mapped\n  - id: review\n    agent: code-reviewr\n    prompt:   Review it\n    depends_on: [map]\n",
    );
    scenario("helix", &world);
}
