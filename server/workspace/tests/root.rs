//! The root of a file or folder is the nearest one that is marked.

use std::fs;

use divisi_workspace::root::root_of;
use tempfile::TempDir;

#[test]
fn the_nearest_marked_folder_is_the_root() {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home");
    for marker in ["home/.claude", "home/git/.git", "home/git/claude/.claude", "home/git/a/b"] {
        fs::create_dir_all(folder.path().join(marker)).unwrap();
    }
    for file in ["home/plain/x.dag.yaml", "home/git/claude/x.dag.yaml", "home/git/a/b/x.dag.yaml"] {
        fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
        fs::write(folder.path().join(file), "").unwrap();
    }
    // A checkout of a second work tree has `.git` as a file.
    fs::create_dir_all(folder.path().join("home/tree/sub")).unwrap();
    fs::write(folder.path().join("home/tree/.git"), "gitdir: elsewhere\n").unwrap();
    fs::create_dir_all(folder.path().join("home/git/toml/.claude/agents")).unwrap();
    fs::write(folder.path().join("home/git/toml/divisi.toml"), "").unwrap();

    let cases = [
        ("home/git", "home/git"),
        ("home/git/a/b", "home/git"),
        ("home/git/a/b/x.dag.yaml", "home/git"),
        ("home/git/claude/x.dag.yaml", "home/git/claude"),
        ("home/git/toml/.claude/agents", "home/git/toml"),
        ("home/tree/sub", "home/tree"),
        ("home/plain/x.dag.yaml", "home/plain"),
        ("home/plain", "home/plain"),
        ("home", "home"),
    ];
    for (path, root) in cases {
        let found = root_of(&folder.path().join(path), Some(&home));
        assert_eq!(found, folder.path().join(root), "{path}");
    }
    let of_nobody = root_of(&home.join("plain"), None);
    assert_eq!(of_nobody, home);
}

#[test]
fn home_is_a_root_where_more_than_claude_marks_it() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join(".claude")).unwrap();
    fs::create_dir_all(home.path().join("work")).unwrap();
    fs::write(home.path().join("divisi.toml"), "").unwrap();
    assert_eq!(root_of(&home.path().join("work"), Some(home.path())), home.path());
}
