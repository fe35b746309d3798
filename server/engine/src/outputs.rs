//! What an attempt made: its declared outputs, taken from its output folder, its result, or the workspace.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use divisi_model::OutputForm;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{FailKind, OutputValue};
use crate::logs::Masker;
use crate::plan::PlanOutput;
use crate::runner::value_of;

/// Bytes of text that an output may have.
pub const TEXT_LIMIT: u64 = 1024 * 1024;

/// Bytes of text that stand in an event, and up to which a file's contents are known as `.text`.
pub const INLINE_LIMIT: usize = 256 * 1024;

/// Why the outputs cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFault {
    /// Missing, too large, or invalid.
    pub kind: FailKind,
    /// For people.
    pub detail: String,
}

/// Where an attempt's outputs may be.
#[derive(Debug)]
pub struct Made<'a> {
    /// The declared outputs.
    pub outputs: &'a [PlanOutput],
    /// `$DIVISI_OUTPUT_DIR`.
    pub dir: &'a Path,
    /// The node's absolute working folder, to which `file` is relative.
    pub cwd: &'a Path,
    /// The `file` outputs before the attempt.
    pub before: &'a Before,
    /// The attempt's result: an agent's last text, or a program's standard output.
    pub result: ResultText<'a>,
    /// What an agent gave by the schema that it was asked to fill.
    pub structured: Option<&'a Value>,
    /// Values that no output may hold.
    pub secrets: &'a [String],
    /// Where large texts go.
    pub blobs: &'a Path,
}

/// The text that becomes the one output that nothing was written for.
#[derive(Debug, Clone, Copy)]
pub enum ResultText<'a> {
    /// What the runner calls its result.
    Runner(&'a str),
    /// An agent that said nothing at last.
    Nothing,
    /// A result in which a secret stood.
    Secret,
    /// Standard output as it was kept, how many bytes there were, and whether a secret was masked in it.
    Stdout {
        /// The file with its beginning; it need not exist.
        file: &'a Path,
        /// All bytes, kept or not.
        bytes: u64,
        /// Whether a secret stood in it.
        masked: bool,
    },
}

/// The `file` outputs of a node as they were before its attempt: by what it is later known whether the attempt wrote
/// them. Kept in the attempt's folder, so that a new host can judge as well.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Before {
    files: BTreeMap<String, Stamp>,
}

/// What changes when a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    /// Only of a file so young that a write in the same tick of the clock would change nothing above.
    digest: Option<String>,
}

impl Before {
    /// Looks at the `file` outputs. Files that are not there are fine.
    pub fn look(outputs: &[PlanOutput], cwd: &Path) -> Self {
        let files = outputs.iter().filter_map(|output| match &output.form {
            OutputForm::File(path) => Some((output.name.clone(), stamp(&cwd.join(path)).ok()?)),
            _ => None,
        });
        Self { files: files.collect() }
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn is_unchanged(&self, name: &str, path: &Path, now: &Metadata) -> bool {
        let Some(before) = self.files.get(name) else { return false };
        let same_stamp = before.inode == now.ino()
            && before.bytes == now.len()
            && before.modified == (now.mtime(), now.mtime_nsec())
            && before.changed == (now.ctime(), now.ctime_nsec());
        let same_content = match &before.digest {
            Some(digest) => digest_of(path, &[]).is_ok_and(|read| read.digest == *digest),
            None => true,
        };
        same_stamp && same_content
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    let age = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    let is_young = age.is_none_or(|age| age < Duration::from_secs(2));
    let digest = if is_young && metadata.is_file() { Some(digest_of(path, &[])?.digest) } else { None };
    Ok(Stamp {
        inode: metadata.ino(),
        bytes: metadata.len(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        digest,
    })
}

/// Takes the outputs of an attempt that otherwise succeeded.
///
/// # Errors
/// The first output that is missing, too large, not what it is declared to be, or holds a secret.
pub fn collect(made: &Made<'_>) -> Result<BTreeMap<String, OutputValue>, OutputFault> {
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for output in made.outputs {
        let value = match &output.form {
            OutputForm::File(path) => made.file(output, path)?,
            _ => made.written(output)?,
        };
        match value {
            Some(value) => drop(values.insert(output.name.clone(), value)),
            None => missing.push(output),
        }
    }
    let mut unasked = Vec::new();
    for output in missing {
        match made.structured.and_then(|given| value_of(made.outputs, output, given)) {
            Some(value) => drop(values.insert(output.name.clone(), made.json(output, value.clone())?)),
            None => unasked.push(output),
        }
    }
    let mut missing = unasked;
    if let Some(output) = made.only_result()
        && !matches!(made.result, ResultText::Nothing)
        && missing.iter().any(|other| other.name == output.name)
    {
        values.insert(output.name.clone(), made.result(output)?);
        missing.retain(|other| other.name != output.name);
    }
    match missing.into_iter().find(|output| output.required) {
        Some(output) => Err(made.explain_missing(output)),
        None => Ok(values),
    }
}

impl Made<'_> {
    /// The output that the result stands for: the only one without `file`.
    fn only_result(&self) -> Option<&PlanOutput> {
        let mut values = self.outputs.iter().filter(|output| !matches!(output.form, OutputForm::File(_)));
        let only = values.next()?;
        values.next().is_none().then_some(only)
    }

    /// A value from the output folder: NAME, or NAME.json.
    fn written(&self, output: &PlanOutput) -> Result<Option<OutputValue>, OutputFault> {
        for (file, is_json) in [(output.name.clone(), false), (format!("{}.json", output.name), true)] {
            let path = self.dir.join(file);
            let Some(bytes) = read_limited(&path).map_err(|fault| fault.of(output))? else { continue };
            let form = if is_json { &OutputForm::Json } else { &output.form };
            return self.value(output, form, bytes).map(Some);
        }
        Ok(None)
    }

    fn result(&self, output: &PlanOutput) -> Result<OutputValue, OutputFault> {
        let bytes = match self.result {
            ResultText::Runner(text) if text.len() as u64 > TEXT_LIMIT => return Err(too_large(output)),
            ResultText::Runner(text) => text.as_bytes().to_vec(),
            ResultText::Nothing => Vec::new(),
            ResultText::Secret => return Err(holds_a_secret(output)),
            ResultText::Stdout { bytes, .. } if bytes > TEXT_LIMIT => return Err(too_large(output)),
            ResultText::Stdout { masked: true, .. } => return Err(holds_a_secret(output)),
            ResultText::Stdout { file, .. } => {
                let mut bytes = read_limited(file).map_err(|fault| fault.of(output))?.unwrap_or_default();
                if bytes.last() == Some(&b'\n') {
                    bytes.pop();
                    if bytes.last() == Some(&b'\r') {
                        bytes.pop();
                    }
                }
                bytes
            }
        };
        self.value(output, &output.form, bytes)
    }

    fn value(
        &self,
        output: &PlanOutput,
        form: &OutputForm,
        bytes: Vec<u8>,
    ) -> Result<OutputValue, OutputFault> {
        if Masker::finds(self.secrets, &bytes) {
            return Err(holds_a_secret(output));
        }
        let text = String::from_utf8(bytes).map_err(|_| invalid(output, "is not UTF-8 text"))?;
        if *form == OutputForm::Json {
            let json: Value = serde_json::from_str(&text)
                .map_err(|error| invalid(output, &format!("is not JSON: {error}")))?;
            return self.json(output, json);
        }
        if text.len() <= INLINE_LIMIT {
            return Ok(OutputValue::Value(Value::String(text)));
        }
        store_blob(self.blobs, &text)
            .map_err(|error| invalid(output, &format!("could not be stored: {error}")))
    }

    /// A JSON value, held against the output's schema.
    fn json(&self, output: &PlanOutput, value: Value) -> Result<OutputValue, OutputFault> {
        let text = value.to_string();
        if text.len() as u64 > TEXT_LIMIT {
            return Err(too_large(output));
        }
        if Masker::finds(self.secrets, text.as_bytes()) {
            return Err(holds_a_secret(output));
        }
        match output.schema.as_ref().and_then(|schema| schema_fault(schema, &value)) {
            Some(fault) => Err(invalid(output, &fault)),
            None => Ok(OutputValue::Value(value)),
        }
    }

    /// A file of the workspace that this attempt wrote.
    fn file(&self, output: &PlanOutput, path: &str) -> Result<Option<OutputValue>, OutputFault> {
        let path = self.cwd.join(path);
        let Some(metadata) = regular_file(&path).map_err(|fault| fault.of(output))? else { return Ok(None) };
        if self.before.is_unchanged(&output.name, &path, &metadata) {
            return Ok(None);
        }
        let read = digest_of(&path, self.secrets)
            .map_err(|error| invalid(output, &format!("could not be read: {error}")))?;
        if read.holds_secret {
            return Err(holds_a_secret(output));
        }
        let path = path.to_str().ok_or_else(|| invalid(output, "has a path that is not UTF-8"))?.to_owned();
        Ok(Some(OutputValue::File { path, digest: read.digest, text: read.text }))
    }

    fn explain_missing(&self, output: &PlanOutput) -> OutputFault {
        let name = &output.name;
        let detail = match &output.form {
            OutputForm::File(path) if self.before.files.contains_key(name) => {
                format!(
                    "the output {name} is missing: {path} was there before and this attempt did not write it"
                )
            }
            OutputForm::File(path) => format!("the output {name} is missing: there is no file {path}"),
            _ => format!(
                "the output {name} is missing: write it to $DIVISI_OUTPUT_DIR/{name} or {name}.json there"
            ),
        };
        OutputFault { kind: FailKind::OutputMissing, detail }
    }
}

/// Why `value` is not what `schema` asks for; none where it is.
fn schema_fault(schema: &Value, value: &Value) -> Option<String> {
    let validator = match jsonschema::validator_for(schema) {
        Ok(validator) => validator,
        Err(error) => return Some(format!("has a schema that cannot be used: {error}")),
    };
    let error = validator.iter_errors(value).next()?;
    let place = error.instance_path().to_string();
    let place = if place.is_empty() { "the value".to_owned() } else { place };
    Some(format!("does not fit its schema, at {place}: {error}"))
}

fn too_large(output: &PlanOutput) -> OutputFault {
    let detail = format!("the output {} has more than 1 MiB; declare it as a file instead", output.name);
    OutputFault { kind: FailKind::OutputTooLarge, detail }
}

fn invalid(output: &PlanOutput, why: &str) -> OutputFault {
    OutputFault { kind: FailKind::OutputInvalid, detail: format!("the output {} {why}", output.name) }
}

fn holds_a_secret(output: &PlanOutput) -> OutputFault {
    invalid(output, "holds a secret, and outputs are stored")
}

/// Why a file cannot be taken.
enum FileFault {
    TooLarge,
    NoRegularFile,
    Unreadable(io::Error),
}

impl FileFault {
    fn of(&self, output: &PlanOutput) -> OutputFault {
        match self {
            Self::TooLarge => too_large(output),
            Self::NoRegularFile => invalid(output, "is not a regular file"),
            Self::Unreadable(error) => invalid(output, &format!("could not be read: {error}")),
        }
    }
}

/// None where there is nothing at `path`. Anything but a regular file is a fault: a pipe would block the reader.
fn regular_file(path: &Path) -> Result<Option<Metadata>, FileFault> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
        Ok(_) => Err(FileFault::NoRegularFile),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(FileFault::Unreadable(error)),
    }
}

fn read_limited(path: &Path) -> Result<Option<Vec<u8>>, FileFault> {
    if regular_file(path)?.is_none() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(TEXT_LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(FileFault::Unreadable)?;
    if bytes.len() as u64 > TEXT_LIMIT {
        return Err(FileFault::TooLarge);
    }
    Ok(Some(bytes))
}

/// What one reading of a whole file tells.
struct WholeFile {
    digest: String,
    holds_secret: bool,
    text: Option<String>,
}

fn digest_of(path: &Path, secrets: &[String]) -> io::Result<WholeFile> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut masker = Masker::new(secrets);
    let mut beginning = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else { break };
        hasher.update(chunk);
        masker.push(chunk, |_| {});
        let room = (INLINE_LIMIT + 1).saturating_sub(beginning.len());
        beginning.extend_from_slice(&chunk[..count.min(room)]);
    }
    masker.finish(|_| {});
    let text = if beginning.len() <= INLINE_LIMIT { String::from_utf8(beginning).ok() } else { None };
    Ok(WholeFile { digest: hasher.finalize().to_hex().to_string(), holds_secret: masker.masked(), text })
}

/// A file as an output, with what it holds now.
pub(crate) fn file_value(path: &Path) -> io::Result<OutputValue> {
    let read = digest_of(path, &[])?;
    let path = path.to_string_lossy().into_owned();
    Ok(OutputValue::File { path, digest: read.digest, text: read.text })
}

/// Stores a large text under its digest; there already is as good.
pub(crate) fn store_blob(blobs: &Path, text: &str) -> io::Result<OutputValue> {
    let digest = blake3::hash(text.as_bytes()).to_hex().to_string();
    let path: PathBuf = blobs.join(&digest);
    if !path.exists() {
        fs::create_dir_all(blobs)?;
        let temporary = blobs.join(format!("{digest}.{}", std::process::id()));
        fs::write(&temporary, text)?;
        fs::rename(temporary, &path)?;
    }
    Ok(OutputValue::Blob { path: path.to_string_lossy().into_owned(), digest })
}
