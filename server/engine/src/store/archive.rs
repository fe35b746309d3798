//! A store as one file, to be taken to another machine.
//!
//! ```text
//! divisi results 1\n
//! body DIGEST BYTES\n…       the bytes follow
//! entry BYTES\n…             its JSON follows; every body that it needs stands before it
//! end\n
//! ```

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::StoreError;
use super::bodies::{Bodies, is_digest};
use super::entry::Entry;

const MAGIC: &str = "divisi results 1";

/// The longest entry that is read.
const ENTRY_LIMIT: u64 = 64 << 20;

/// What an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Results that are new here.
    pub results: usize,
    /// Results that were here already.
    pub known: usize,
}

pub(super) fn export(entries: &[Entry], bodies: &Bodies, file: &Path) -> Result<usize, StoreError> {
    let failed = StoreError::io;
    let draft = file.with_extension(format!("{}", std::process::id()));
    let mut output = BufWriter::new(File::create(&draft).map_err(failed(&draft))?);
    let mut write = |bytes: &[u8]| output.write_all(bytes).map_err(failed(&draft));
    write(format!("{MAGIC}\n").as_bytes())?;
    let mut written = BTreeSet::new();
    let mut count = 0;
    for entry in entries {
        // One whose files are damaged is of no use to anybody.
        let needed: Result<Vec<(&str, Vec<u8>)>, StoreError> =
            entry.bodies().into_iter().map(|digest| Ok((digest, bodies.read(digest)?))).collect();
        let Ok(needed) = needed else { continue };
        for (digest, bytes) in needed {
            if written.insert(digest.to_owned()) {
                write(format!("body {digest} {}\n", bytes.len()).as_bytes())?;
                write(&bytes)?;
            }
        }
        let json = serde_json::to_vec(entry)
            .map_err(|error| StoreError::Refused(format!("a result cannot be written: {error}")))?;
        write(format!("entry {}\n", json.len()).as_bytes())?;
        write(&json)?;
        count += 1;
    }
    write(b"end\n")?;
    output
        .into_inner()
        .map_err(|error| failed(&draft)(error.into_error()))?
        .sync_all()
        .map_err(failed(&draft))?;
    std::fs::rename(&draft, file).map_err(failed(file))?;
    Ok(count)
}

/// The entries that are not known yet, and how many are. Their bodies are kept by then.
pub(super) fn import(
    file: &Path,
    bodies: &Bodies,
    is_known: impl Fn(&str) -> Result<bool, StoreError>,
) -> Result<(Vec<Entry>, usize), StoreError> {
    let failed = StoreError::io;
    let mut input = BufReader::new(File::open(file).map_err(failed(file))?);
    let damaged = |what: &str| StoreError::Refused(format!("{}: {what}", file.display()));
    if line(&mut input).map_err(failed(file))? != MAGIC {
        return Err(damaged("is no file of results"));
    }
    let (mut entries, mut known) = (Vec::new(), 0);
    loop {
        let head = line(&mut input).map_err(failed(file))?;
        let words: Vec<&str> = head.split(' ').collect();
        match words.as_slice() {
            ["end"] => return Ok((entries, known)),
            ["body", digest, bytes] if is_digest(digest) => {
                let bytes: u64 = bytes.parse().map_err(|_| damaged("a length is no number"))?;
                let mut body = input.by_ref().take(bytes);
                bodies.put_as(digest, &mut body)?;
                // One that was here already is passed over.
                io::copy(&mut body, &mut io::sink()).map_err(failed(file))?;
            }
            ["entry", bytes] => {
                let bytes: u64 = bytes.parse().map_err(|_| damaged("a length is no number"))?;
                if bytes > ENTRY_LIMIT {
                    return Err(damaged("a result is too large"));
                }
                let mut json = Vec::new();
                input.by_ref().take(bytes).read_to_end(&mut json).map_err(failed(file))?;
                let entry: Entry =
                    serde_json::from_slice(&json).map_err(|_| damaged("a result cannot be read"))?;
                if !entry.is_sound() || entry.bodies().iter().any(|digest| bodies.size(digest).is_err()) {
                    return Err(damaged(&format!("the result of {} is not what it says", entry.node)));
                }
                if is_known(&entry.identity)? { known += 1 } else { entries.push(entry) }
            }
            _ => return Err(damaged("it is cut off or damaged")),
        }
    }
}

/// A line without its end, of bounded length; empty at the end of the file.
fn line(input: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    input.by_ref().take(256).read_until(b'\n', &mut bytes)?;
    bytes.pop_if(|last| *last == b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
