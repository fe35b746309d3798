//! Writing texts back to files, or showing what would be written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use divisi_workspace::Document;
use similar::{ChangeTag, TextDiff};

use crate::failure::Failure;
use crate::output::{ERROR, FAINT, GOOD, Output, paint};
use crate::root;

/// Lines of unchanged text around a change.
const CONTEXT: usize = 3;

/// Puts `text` into the document's file: all of it or nothing, with the permissions that the file has. Refused where
/// the file is not what was read, so that nobody's work is lost. One that holds `text` already, because another path
/// that leads to it was written before, is left as it is.
pub(crate) fn write(document: &Document, text: &str) -> Result<(), Failure> {
    if fs::read(&document.path).is_ok_and(|now| now == text.as_bytes()) {
        return Ok(());
    }
    let path = writable(document)?;
    replace(&path, text).map_err(|error| cannot_write(&path, &error))
}

/// The file to write where the document is to change; refused where it is not what was read.
pub(crate) fn writable(document: &Document) -> Result<PathBuf, Failure> {
    if document.lossy {
        return Err(Failure::new(format!(
            "{} is not in UTF-8: it is left as it is",
            root::shown(&document.path)
        ))
        .help("save it in UTF-8 first"));
    }
    // A link stays one: what it leads to is written.
    let path = fs::canonicalize(&document.path).map_err(|error| cannot_write(&document.path, &error))?;
    let now = fs::read(&path).map_err(|error| cannot_write(&path, &error))?;
    if now != document.text.as_bytes() {
        return Err(Failure::new(format!("{} has changed meanwhile", root::shown(&document.path)))
            .help("run the command again"));
    }
    Ok(path)
}

/// Writes a new file; never over a file that exists, unless that is wished.
pub(crate) fn create(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(true);
    if force {
        options.create(true)
    } else {
        options.create_new(true)
    };
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(format!("{} exists and was left as it is", path.display()))
                .help("write over it: --force")
        }
        _ => Failure::new(format!("{} cannot be written: {error}", path.display())),
    })?;
    file.write_all(text.as_bytes())
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))
}

/// The new text is written beside the file and takes its name when it is whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::Builder::new().prefix(".divisi-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}", root::shown(path)))
}

/// Puts `text` into the file at `path`, whole or not at all; makes it where it is not there. A link stays one.
pub(crate) fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return create(path, text, false),
        target => target.map_err(|error| cannot_write(path, &error))?,
    };
    replace(&target, text).map_err(|error| cannot_write(path, &error))
}

/// Prints what would change in the file at `path`, as `diff -u` does.
pub(crate) fn print_difference(path: &Path, before: &str, after: &str, output: &mut Output) {
    let shown = root::shown(path);
    output.line(paint(ERROR, format!("--- {shown}")));
    output.line(paint(GOOD, format!("+++ {shown}")));
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        output.line(paint(FAINT, hunk.header()));
        for change in hunk.iter_changes() {
            let text = change.value().trim_end_matches(['\n', '\r']);
            output.line(match change.tag() {
                ChangeTag::Equal => format!(" {text}"),
                ChangeTag::Delete => paint(ERROR, format!("-{text}")),
                ChangeTag::Insert => paint(GOOD, format!("+{text}")),
            });
        }
    }
}
