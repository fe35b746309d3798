//! The signature that tells our stored state from one that came with a repository (ENGINE, section 1).

use std::io::Write;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::JournalError;

const KEY_BYTES: usize = 32;

/// The key in the user's state directory.
#[derive(Clone)]
pub struct SigningKey([u8; KEY_BYTES]);

/// The key's bytes go nowhere, not even into a log.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// `$XDG_STATE_HOME/divisi/key`, or its like on this system.
    pub fn default_path() -> Result<PathBuf, JournalError> {
        let base = etcetera::choose_base_strategy().map_err(|_| JournalError::NoStateDirectory)?;
        Ok(base.state_dir().unwrap_or_else(|| base.data_dir()).join("divisi").join("key"))
    }

    /// Reads the key at `path`, or makes one that only its user can read. Of two processes that make one at the same
    /// time, both get the first's.
    pub fn load_or_create(path: &Path) -> Result<Self, JournalError> {
        if let Some(key) = Self::load(path)? {
            return Ok(key);
        }
        create(path).map_err(JournalError::io(path))?;
        Self::load(path)?.ok_or_else(|| JournalError::Key {
            path: path.to_owned(),
            what: "vanished while it was made".to_owned(),
        })
    }

    /// Reads the key at `path`; none where there is none yet.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, JournalError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(JournalError::Io { path: path.to_owned(), source }),
        };
        refuse_what_others_can_read(path)?;
        let key = bytes.try_into().map_err(|bytes: Vec<u8>| JournalError::Key {
            path: path.to_owned(),
            what: format!(
                "holds {} bytes instead of {KEY_BYTES}: remove it, and runs are signed anew",
                bytes.len()
            ),
        })?;
        Ok(Some(Self(key)))
    }

    /// Signs a plan and the run that it belongs to.
    pub(super) fn sign(&self, run: &str, plan: &[u8]) -> [u8; 32] {
        self.sign_parts("divisi run 1", &[run.as_bytes(), plan])
    }

    /// Signs something for one purpose: it cannot stand for anything signed for another. Lengths stand before the parts,
    /// so that none can run into the next.
    pub(crate) fn sign_parts(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            hasher.update(&length.to_le_bytes()).update(part);
        }
        hasher.finalize().into()
    }

    pub(super) fn verify(&self, run: &str, plan: &[u8], signature: &[u8]) -> bool {
        self.verify_parts("divisi run 1", &[run.as_bytes(), plan], signature)
    }

    /// Compares in constant time.
    pub(crate) fn verify_parts(&self, purpose: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
        let Ok(signature) = <[u8; 32]>::try_from(signature) else { return false };
        blake3::Hash::from(self.sign_parts(purpose, parts)) == blake3::Hash::from(signature)
    }
}

/// Makes the whole key under another name first, which is nobody else's: nobody ever reads half of one.
fn create(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let draft = path.with_extension(format!("{:016x}", rand::random::<u64>()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(&rand::random::<[u8; KEY_BYTES]>())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn refuse_what_others_can_read(path: &Path) -> Result<(), JournalError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).map_err(JournalError::io(path))?;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let what = "can be read by others: make it private (mode 600), or remove it, and runs are signed anew";
    Err(JournalError::Key { path: path.to_owned(), what: what.to_owned() })
}

#[cfg(not(unix))]
fn refuse_what_others_can_read(_path: &Path) -> Result<(), JournalError> {
    Ok(())
}
