//! The workspace that is served, and which paths are in it.

use std::path::{Component, Path, PathBuf};

use divisi_answers::failure::Failure;
use divisi_answers::workspace::{self, Target};

use crate::Options;

#[derive(Debug)]
pub(crate) struct Place {
    options: Options,
}

impl Place {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.options.root
    }

    pub(crate) fn may_run(&self) -> bool {
        self.options.may_run
    }

    /// The program that hosts runs.
    pub(crate) fn program(&self) -> &Path {
        &self.options.program
    }

    /// `path`, which is relative to the root or absolute, as the file system names it. Refuses what lies outside of the
    /// workspace, by a link too; of that it does not tell whether it exists.
    pub(crate) fn inside(&self, path: &str) -> Result<PathBuf, Failure> {
        let joined = self.root().join(path);
        match joined.canonicalize() {
            Ok(real) if real.starts_with(self.root()) => Ok(real),
            Err(error) if self.is_below(&joined) => {
                Err(Failure::new(format!("{path} cannot be read: {error}")))
            }
            _ => Err(Failure::new(format!("{path} is outside of the workspace {}", self.root().display()))
                .help("name files of this workspace, relative to its root")),
        }
    }

    /// Whether a path that does not exist would lie in the workspace.
    fn is_below(&self, path: &Path) -> bool {
        let climbs = path.components().any(|part| part == Component::ParentDir);
        let existing = path.ancestors().find_map(|folder| folder.canonicalize().ok());
        !climbs && existing.is_some_and(|folder| folder.starts_with(self.root()))
    }

    /// What FILE means: a DAG file of this workspace, a folder with exactly one, or the name of a DAG.
    pub(crate) fn target(&self, file: &str) -> Result<Target, Failure> {
        let name = file.strip_prefix('/').unwrap_or(file);
        let is_name = !name.contains(['/', '\\']) && !self.root().join(file).exists() && name != "..";
        let target = if is_name {
            workspace::target(file)?
        } else {
            let path = self.inside(file)?;
            let path = path.to_str().ok_or_else(|| Failure::new(format!("{file} is no Unicode")))?;
            workspace::target(path)?
        };
        // A command can name a DAG anywhere.
        self.inside(&target.document.path.to_string_lossy())?;
        Ok(target)
    }
}
