//! What stands at a path of the workspace now, so that it is known whether somebody else wrote there.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What stands at a path. Links are not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Found {
    Nothing,
    File {
        /// BLAKE3 of its bytes, hex.
        digest: String,
        executable: bool,
    },
    Link {
        /// BLAKE3 of where it leads, hex.
        target: String,
    },
    /// A folder, a socket.
    Other,
}

impl Found {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            // A file stands where a folder would have to.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Self::Nothing);
            }
            Err(error) => return Err(error),
        };
        if metadata.is_symlink() {
            let target = fs::read_link(path)?;
            let target = blake3::hash(target.as_os_str().as_encoded_bytes()).to_hex().to_string();
            return Ok(Self::Link { target });
        }
        if !metadata.is_file() {
            return Ok(Self::Other);
        }
        let digest = blake3::Hasher::new().update_reader(fs::File::open(path)?)?.finalize();
        let executable = metadata.permissions().mode() & 0o100 != 0;
        Ok(Self::File { digest: digest.to_hex().to_string(), executable })
    }
}
