//! What stands in the files of the workspace. Whoever asks again about a file that did not change gets the answer from
//! its stamp.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::manifest::Content;

/// A file that was written so shortly before it was read may be written again without a change of its stamp: its digest
/// is not remembered (git's index calls such an entry racy).
const YOUNG: Duration = Duration::from_secs(2);

/// A digest, and the stamp of the file that it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    stamp: Stamp,
    digest: String,
}

/// What changes when a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp(u64, u64, i64, i64, i64, i64);

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(
            metadata.ino(),
            metadata.len(),
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.ctime(),
            metadata.ctime_nsec(),
        )
    }

    fn is_young(self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let oldest = now.saturating_sub(YOUNG);
        let latest = (self.2, self.3).max((self.4, self.5));
        let (seconds, nanoseconds) =
            (i64::try_from(oldest.as_secs()).unwrap_or(i64::MAX), oldest.subsec_nanos());
        latest >= (seconds, i64::from(nanoseconds))
    }
}

/// The files below one folder.
#[derive(Debug)]
pub(crate) struct Digests {
    root: PathBuf,
    known: HashMap<String, Known>,
    /// Files whose digest is not in the database yet.
    news: Vec<String>,
    /// What would stand at paths if earlier results were put there.
    foreseen: BTreeMap<String, Content>,
}

impl Digests {
    pub(crate) fn new(root: &Path, known: impl IntoIterator<Item = (String, Known)>) -> Self {
        Self {
            root: root.to_owned(),
            known: known.into_iter().collect(),
            news: Vec::new(),
            foreseen: BTreeMap::new(),
        }
    }

    /// From now on this stands at the path, as far as anybody asks here.
    pub(crate) fn foresee(&mut self, path: &str, content: Content) {
        self.foreseen.insert(path.to_owned(), content);
    }

    /// The paths of which that was said.
    pub(crate) fn foreseen(&self) -> impl Iterator<Item = (&str, &Content)> {
        self.foreseen.iter().map(|(path, content)| (path.as_str(), content))
    }

    /// What stands at a path relative to the root, and its stamp; none where there is nothing that can be read as a
    /// file. Of a symbolic link that leads to a file, both count.
    pub(crate) fn look(&mut self, path: &str) -> io::Result<Option<(Content, Stamp)>> {
        match self.foreseen.get(path) {
            Some(Content::Deleted) => return Ok(None),
            Some(content) => return Ok(Some((content.clone(), Stamp::default()))),
            None => {}
        }
        let absolute = self.root.join(path);
        let metadata = match fs::symlink_metadata(&absolute) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let stamp = Stamp::of(&metadata);
        if metadata.is_symlink() {
            let target = fs::read_link(&absolute)?.to_string_lossy().into_owned();
            return Ok(Some((Content::Link { target }, stamp)));
        }
        if !metadata.is_file() {
            return Ok(None);
        }
        let mode = metadata.mode() & 0o777;
        if let Some(known) = self.known.get(path).filter(|known| known.stamp == stamp) {
            return Ok(Some((Content::File { mode, digest: known.digest.clone() }, stamp)));
        }
        let digest = digest_of(&absolute)?;
        // Only what was the same before and after was read as a whole.
        if fs::symlink_metadata(&absolute).is_ok_and(|after| Stamp::of(&after) == stamp) && !stamp.is_young()
        {
            self.known.insert(path.to_owned(), Known { stamp, digest: digest.clone() });
            self.news.push(path.to_owned());
        }
        Ok(Some((Content::File { mode, digest }, stamp)))
    }

    /// What stands behind a symbolic link, as a text to compare; empty where that is no file.
    pub(crate) fn behind_link(&self, path: &str) -> String {
        let absolute = self.root.join(path);
        match fs::metadata(&absolute) {
            Ok(metadata) if metadata.is_file() => {
                digest_of(&absolute).map_or_else(|_| String::new(), |digest| format!(":{digest}"))
            }
            _ => String::new(),
        }
    }

    /// Digests that were found since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<(&str, &Known)> {
        let mut news = std::mem::take(&mut self.news);
        news.sort_unstable();
        news.dedup();
        news.iter()
            .filter_map(|path| self.known.get_key_value(path))
            .map(|(path, known)| (path.as_str(), known))
            .collect()
    }
}

/// BLAKE3 of a file's bytes, hex.
pub(crate) fn digest_of(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}
