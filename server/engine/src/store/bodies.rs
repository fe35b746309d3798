//! Files named by the BLAKE3 of their bytes. What is read back is held against its name, so that one that a power cut
//! left half written is as good as none: writing needs no flush.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::StoreError;

#[derive(Debug)]
pub(super) struct Bodies {
    folder: PathBuf,
    /// Nothing is written, not even where something is damaged.
    is_only_looked_at: bool,
}

/// Whether a text can be the name of a body.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

impl Bodies {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder, is_only_looked_at: false }
    }

    /// The same, only to look.
    pub(super) const fn to_look(folder: PathBuf) -> Self {
        Self { folder, is_only_looked_at: true }
    }

    /// Holds them all.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the body with this digest stands: 256 folders keep each of them small.
    pub(super) fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest.get(..2).unwrap_or_default()).join(digest)
    }

    /// Keeps `bytes`; their digest.
    pub(super) fn put(&self, bytes: &[u8]) -> Result<String, StoreError> {
        let digest = blake3::hash(bytes).to_hex().to_string();
        self.put_as(&digest, &mut &*bytes)?;
        Ok(digest)
    }

    /// Keeps what `source` gives, if it has this digest; else an error of kind `InvalidData`.
    pub(super) fn put_as(&self, digest: &str, source: &mut impl Read) -> Result<(), StoreError> {
        let path = self.path(digest);
        if path.is_file() {
            return Ok(());
        }
        self.write(&path, digest, source).map_err(StoreError::io(&path))
    }

    fn write(&self, path: &Path, digest: &str, source: &mut impl Read) -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        let draft = path.with_extension(format!("{}-{:x}", std::process::id(), rand::random::<u32>()));
        let written = copy(source, &mut File::create_new(&draft)?).and_then(|found| {
            if found != digest {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "its bytes are not those of its digest",
                ));
            }
            fs::rename(&draft, path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// The bytes of a body, after they were held against its digest.
    pub(super) fn read(&self, digest: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.path(digest);
        let bytes = fs::read(&path).map_err(StoreError::io(&path))?;
        if blake3::hash(&bytes).to_hex().as_str() == digest {
            return Ok(bytes);
        }
        // Damage is not kept: the next result of the same bytes stores them anew.
        if !self.is_only_looked_at {
            let _ = fs::remove_file(&path);
        }
        Err(StoreError::Refused(format!("{} is damaged", path.display())))
    }

    /// Writes a body to a new file, and holds it against its digest on the way.
    pub(super) fn copy_to(&self, digest: &str, file: &mut File) -> Result<(), StoreError> {
        let path = self.path(digest);
        let found =
            File::open(&path).and_then(|mut body| copy(&mut body, file)).map_err(StoreError::io(&path))?;
        if found == digest {
            return Ok(());
        }
        let _ = fs::remove_file(&path);
        Err(StoreError::Refused(format!("{} is damaged", path.display())))
    }

    pub(super) fn size(&self, digest: &str) -> Result<u64, StoreError> {
        let path = self.path(digest);
        Ok(fs::metadata(&path).map_err(StoreError::io(&path))?.len())
    }

    /// One that is not there is gone already.
    pub(super) fn remove(&self, digest: &str) -> Result<(), StoreError> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::Io { path, source: error })
            }
            _ => Ok(()),
        }
    }
}

/// Copies everything; the digest of it.
fn copy(source: &mut impl Read, sink: &mut impl Write) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = source.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else { break };
        hasher.update(chunk);
        sink.write_all(chunk)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}
