//! examples/review-all, on a copy with a repository of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::site::Site;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/review-all");

/// Copies a folder, permissions included; what runs leave behind stays where it is.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        if name == ".divisi" || name == "review" || name == "REVIEW.md" {
            continue;
        }
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).expect("a copy");
        }
    }
}

fn site() -> Site {
    let site = Site::new()
        .write("src/app.py", "import os\n\ndef run(x):\n    os.system(x)\n")
        .write("page.html", "<html>\n<img src=\"a.png\">\n</html>\n")
        .write("README.md", "# App\n\nSee [the guide](docs/guide.md).\n");
    copy(Path::new(EXAMPLE), &site.root().join("examples/review-all"));
    site
}

#[test]
fn has_no_findings() {
    let said = site().divisi(&["check", "examples/review-all"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.ends_with("no findings\n"), "{}", said.out);
}

#[test]
fn reviews_a_repository_to_the_end() {
    let site = site();
    let git = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(site.root())
        .status()
        .expect("git is there");
    assert!(git.success());
    let said = site.divisi(&["run", "examples/review-all", "--yes"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    let report = site.read("examples/review-all/REVIEW.md");
    for expected in [
        "| Security | 1 | 0 | 0 |",
        "- [high] src/app.py:4: a shell reads this text",
        "- [high] page.html:2: an image without alt",
        "- [medium] README.md:3: a link to a file that is not there",
    ] {
        assert!(report.contains(expected), "{expected} is missing in:\n{report}");
    }
}

#[test]
fn reviews_a_folder_that_is_no_repository() {
    let site = site();
    let folder = site.root().join("src");
    let argument = format!("scope={}", folder.display());
    let said = site.divisi(&["run", "examples/review-all", "--yes", "--arg", &argument]);
    assert_eq!(said.status, 0, "{}{}", said.out, said.err);
    assert!(site.read("examples/review-all/REVIEW.md").contains("- [high] app.py:4:"));
}
