//! Paths as texts: nothing here looks at the disk.

use std::path::{Component, Path, PathBuf};

/// The path without `.` and `..`, as far as its text says.
pub fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The way from the folder `from` to `to`, both absolute and clean, with `/` on every system; `None` where no relative
/// path leads there (another drive) or a name on it is no Unicode.
pub fn relative(from: &Path, to: &Path) -> Option<String> {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return None;
    }
    let up = from.components().skip(common).map(|_| Some(".."));
    let down = to.components().skip(common).map(|part| part.as_os_str().to_str());
    let parts: Option<Vec<&str>> = up.chain(down).collect();
    Some(parts?.join("/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{clean, relative};

    #[test]
    fn dots_are_taken_out() {
        assert_eq!(clean(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(clean(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn ways_lead_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b/c.md").as_deref(), Some("c.md"));
        assert_eq!(way("/a/b", "/a/x/c.md").as_deref(), Some("../x/c.md"));
        assert_eq!(way("/a", "/x").as_deref(), Some("../x"));
    }
}
