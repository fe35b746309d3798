//! Folders outside of the workspace that belong to the user.

use std::env;
use std::path::PathBuf;

use etcetera::BaseStrategy;

/// Where the user's own files are. A place that is `None` is not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// The home folder; `~/` in settings means it.
    pub home: Option<PathBuf>,
    /// Our own settings: the folder with `config.toml`.
    pub config: Option<PathBuf>,
    /// What we remember: the folder with `trust.json`.
    pub state: Option<PathBuf>,
    /// Claude Code's folder: `$CLAUDE_CONFIG_DIR`, else `~/.claude`.
    pub claude: Option<PathBuf>,
}

impl Places {
    /// The places of the user who runs this process, by the XDG rules and their environment variables.
    pub fn of_user() -> Self {
        let base = etcetera::choose_base_strategy().ok();
        let home = base.as_ref().map(|base| base.home_dir().to_owned());
        let own_claude =
            env::var_os("CLAUDE_CONFIG_DIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Self {
            config: base.as_ref().map(|base| base.config_dir().join("divisi")),
            state: base.as_ref().and_then(|base| Some(base.state_dir()?.join("divisi"))),
            claude: own_claude.or_else(|| Some(home.as_ref()?.join(".claude"))),
            home,
        }
    }

    /// The user's settings file.
    pub fn config_file(&self) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join("config.toml"))
    }
}
