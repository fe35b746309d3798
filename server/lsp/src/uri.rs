//! `file:` URIs and paths.

use std::path::{Path, PathBuf};

use tower_lsp_server::gen_lsp_types::Uri;

/// The path of a `file:` URI on this machine; none for other schemes (`untitled:`) and other hosts.
pub(crate) fn to_path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    path(rest.strip_prefix("localhost").unwrap_or(rest))
}

/// The path in a URI of another scheme: `scheme:/path` or `scheme:///path`.
pub(crate) fn path_in(uri: &Uri, scheme: &str) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix(scheme)?.strip_prefix(':')?;
    path(rest.strip_prefix("//").unwrap_or(rest))
}

/// The first value of `name` in the query: `?name=value&…`.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let (_, query) = uri.0.split_once('?')?;
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    // Some clients encode the whole query, its `=` and `&` included.
    let query = if query.contains('=') { query.to_owned() } else { String::from_utf8(decode(query)).ok()? };
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    String::from_utf8(decode(value)).ok()
}

/// The path that `rest` begins with.
fn path(rest: &str) -> Option<PathBuf> {
    if !rest.starts_with('/') {
        return None;
    }
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    path_from_bytes(decode(rest.get(..end)?))
}

#[cfg(unix)]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    let text = String::from_utf8(bytes).ok()?;
    // `/c:/folder` names a drive.
    let is_drive = text.get(2..3) == Some(":");
    let text = if is_drive { text.strip_prefix('/').map(str::to_owned).unwrap_or(text) } else { text };
    Some(PathBuf::from(text))
}

/// The `file:` URI of an absolute path.
pub(crate) fn from_path(path: &Path) -> Uri {
    let mut uri = String::from("file://");
    let text = path.as_os_str().as_encoded_bytes();
    if text.first() != Some(&b'/') {
        uri.push('/');
    }
    for byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                uri.push(char::from(*byte))
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri(uri)
}

fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(hex);
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` would take a sign.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_way_there_and_back() {
        for path in ["/a/b.dag.yaml", "/with space/ü#?%.yaml", "/c:/x"] {
            let path = Path::new(path);
            assert_eq!(to_path(&from_path(path)).as_deref(), Some(path));
        }
        assert_eq!(from_path(Path::new("/a b")).0, "file:///a%20b");
    }

    #[test]
    fn only_files_of_this_machine_have_a_path() {
        let path = |uri: &str| to_path(&Uri(uri.to_owned())).map(|path| path.display().to_string());
        assert_eq!(path("file:///a%2Fb%zz%+1").as_deref(), Some("/a/b%zz%+1"));
        assert_eq!(path("file://localhost/a").as_deref(), Some("/a"));
        assert_eq!(path("file://elsewhere/a"), None);
        assert_eq!(path("untitled:Untitled-1"), None);
        assert_eq!(path(""), None);
    }
}
