//! A home of its own for Gemini CLI, with the user's login and settings and with ours over them.
//!
//! It has no flag for settings, and takes a file of system settings only where the system's administrator owns it. What
//! a user may set, it reads from the folder `.gemini` of its home.

use std::fs;
use std::io;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use divisi_syntax::{Limits, jsonc};
use serde_json::{Value, json};

const FOLDER: &str = ".gemini";
const SETTINGS_FILE: &str = "settings.json";
const VARIABLES_FILE: &str = ".env";

/// Beside the settings, what says that the user accepted agents of a repository.
const NOT_TAKEN: [&str; 3] = [SETTINGS_FILE, VARIABLES_FILE, "acknowledgments"];

/// Makes `home` out of the user's own: what lies there is linked, its settings are copied with `over` laid over them.
/// Without `servers` theirs are left out, and so are the keys that may stand with them.
///
/// # Errors
/// Where a file cannot be read or written, or the user's settings are no JSON.
pub(super) fn make(home: &Path, user: Option<&Path>, over: Value, servers: bool) -> io::Result<()> {
    let folder = home.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let mut settings = json!({});
    if let Some(user) = user {
        link_what_is_there(user, home)?;
        settings = read_settings(&user.join(FOLDER).join(SETTINGS_FILE))?;
    }
    if let Some(settings) = settings.as_object_mut().filter(|_| !servers) {
        settings.remove("mcpServers");
    }
    lay_over(&mut settings, over);
    write_for_the_user_alone(&folder.join(SETTINGS_FILE), &settings.to_string())
}

fn link_what_is_there(user: &Path, home: &Path) -> io::Result<()> {
    let folder = user.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    for name in entries.iter().map(fs::DirEntry::file_name) {
        if !NOT_TAKEN.iter().any(|not_taken| name == *not_taken) {
            link(&folder.join(&name), &home.join(FOLDER).join(&name))?;
        }
    }
    // In a folder that it does not trust, it reads keys from this place alone.
    let variables = [folder.join(VARIABLES_FILE), user.join(VARIABLES_FILE)];
    if let Some(variables) = variables.iter().find(|file| file.exists()) {
        link(variables, &home.join(VARIABLES_FILE))?;
    }
    let skills = user.join(".agents");
    if skills.exists() { link(&skills, &home.join(".agents")) } else { Ok(()) }
}

fn link(target: &Path, link: &Path) -> io::Result<()> {
    match symlink(target, link) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Its settings are JSON with comments.
fn read_settings(path: &Path) -> io::Result<Value> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(json!({})),
        Err(error) => return Err(about(path, &error.to_string(), error.kind())),
    };
    let no_settings = |why: &str| about(path, why, io::ErrorKind::InvalidData);
    let value = serde_json::from_str(&without_comments(&text));
    let value: Value = value.map_err(|error| no_settings(&error.to_string()))?;
    if value.is_object() { Ok(value) } else { Err(no_settings("not an object")) }
}

fn about(path: &Path, why: &str, kind: io::ErrorKind) -> io::Error {
    io::Error::new(kind, format!("{}: {why}", path.display()))
}

fn without_comments(text: &str) -> String {
    let tree = jsonc::parse(Arc::from(text), Limits::default());
    let mut kept = String::new();
    let mut end = 0;
    for comment in tree.comments() {
        kept.push_str(text.get(end..comment.start as usize).unwrap_or_default());
        kept.push(' ');
        end = comment.end as usize;
    }
    kept + text.get(end..).unwrap_or_default()
}

fn lay_over(settings: &mut Value, over: Value) {
    match (settings, over) {
        (Value::Object(settings), Value::Object(over)) => {
            for (key, value) in over {
                lay_over(settings.entry(key).or_insert(Value::Null), value);
            }
        }
        (settings, over) => *settings = over,
    }
}

fn write_for_the_user_alone(path: &PathBuf, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings_of(text: &str, over: Value, servers: bool) -> io::Result<Value> {
        let folder = tempfile::tempdir().unwrap();
        let (user, home) = (folder.path().join("user"), folder.path().join("home"));
        fs::create_dir_all(user.join(FOLDER)).unwrap();
        fs::write(user.join(FOLDER).join(SETTINGS_FILE), text).unwrap();
        make(&home, Some(&user), over, servers)?;
        let settings = fs::read_to_string(home.join(FOLDER).join(SETTINGS_FILE)).unwrap();
        Ok(serde_json::from_str(&settings).unwrap())
    }

    #[test]
    fn ours_lie_over_the_users() {
        let text = "{ // mine\n \"model\": { \"name\": \"a//b\", \"maxSessionTurns\": 9 }, \"mcpServers\": {} /* x */ }";
        let over =
            json!({ "model": { "maxSessionTurns": 2 }, "security": { "folderTrust": { "enabled": false } } });
        let mut expected =
            json!({ "model": { "name": "a//b", "maxSessionTurns": 2 }, "security": over["security"] });
        assert_eq!(settings_of(text, over.clone(), false).unwrap(), expected);
        expected["mcpServers"] = json!({});
        assert_eq!(settings_of(text, over, true).unwrap(), expected);
    }

    #[test]
    fn settings_that_nobody_can_read_are_told() {
        for text in ["{", "[]"] {
            let error = settings_of(text, json!({}), false).unwrap_err().to_string();
            assert!(error.contains(".gemini/settings.json: "), "{error}");
        }
    }

    #[test]
    fn what_lies_beside_the_settings_is_linked() {
        let folder = tempfile::tempdir().unwrap();
        let (user, home) = (folder.path().join("user"), folder.path().join("home"));
        fs::create_dir_all(user.join(".gemini/acknowledgments")).unwrap();
        fs::write(user.join(".gemini/oauth_creds.json"), "{}").unwrap();
        fs::write(user.join(".gemini/.env"), "GEMINI_API_KEY=x").unwrap();
        for _ in 0..2 {
            make(&home, Some(&user), json!({}), false).unwrap();
        }
        assert_eq!(
            fs::read_link(home.join(".gemini/oauth_creds.json")).unwrap(),
            user.join(".gemini/oauth_creds.json")
        );
        assert_eq!(fs::read_link(home.join(".env")).unwrap(), user.join(".gemini/.env"));
        assert!(!home.join(".gemini/acknowledgments").exists());
    }
}
