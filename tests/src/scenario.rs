//! Real editors, each playing a scenario by itself.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{World, divisi, project};

/// What Neovim is told to do: the file that `$DIVISI_SCENARIO` names, and to end with a status that says how it went.
///
/// Not `nvim -l`: insert-mode completion would end that with exit 0.
pub const PLAYED_BY_NEOVIM: &str = "lua local ok, e = pcall(dofile, vim.env.DIVISI_SCENARIO) \
     if not ok then io.stderr:write(e .. '\\n') vim.cmd('cquit 2') end vim.cmd('qall!')";

/// Has `editor` play the file `scenario` in a world, with `divisi` on its path. `set_up` says how it is called.
///
/// # Panics
/// If it fails, or takes longer than `patience` seconds, with what it printed.
pub fn play(
    world: &World,
    editor: &Path,
    scenario: &Path,
    patience: u32,
    set_up: impl FnOnce(&mut Command) -> &mut Command,
) {
    let programs = divisi().parent().expect("a program lies in a folder").to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)));
    let home = world.workspace().join("../home");
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=5", &patience.to_string()])
        .arg(editor)
        .current_dir(world.workspace())
        .envs(world.environment())
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("PATH", path.expect("the folder has no colon"))
        .env("LANG", "C.UTF-8")
        .env("DIVISI_COMMAND", divisi())
        .env("DIVISI_PLUGIN", project().join("neovim"))
        .env("DIVISI_SCENARIO", scenario)
        .stdin(Stdio::null());
    let output = set_up(&mut command).output().expect("timeout(1) is part of every Linux");
    assert!(
        output.status.success(),
        "scenario {}: {}\n{}\n{}",
        scenario.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
