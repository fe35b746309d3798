//! Folders outside of the workspace that belong to the user.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use divisi_model::Tool;
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
    /// The folders of the other tools, those with the user's own agents in them.
    pub tools: BTreeMap<Tool, PathBuf>,
}

impl Places {
    /// The places of the user who runs this process, by the XDG rules and their environment variables.
    pub fn of_user() -> Self {
        let base = etcetera::choose_base_strategy().ok();
        let home = base.as_ref().map(|base| base.home_dir().to_owned());
        let own_claude = folder_in("CLAUDE_CONFIG_DIR");
        let tools = base.as_ref().map(|base| tools_of_user(base.home_dir(), &base.config_dir()));
        Self {
            config: base.as_ref().map(|base| base.config_dir().join("divisi")),
            state: base.as_ref().and_then(|base| Some(base.state_dir()?.join("divisi"))),
            claude: own_claude.or_else(|| Some(home.as_ref()?.join(".claude"))),
            home,
            tools: tools.unwrap_or_default(),
        }
    }

    /// The user's folder of `tool`.
    pub fn folder_of(&self, tool: Tool) -> Option<&Path> {
        match tool {
            Tool::ClaudeCode => self.claude.as_deref(),
            other => self.tools.get(&other).map(PathBuf::as_path),
        }
    }

    /// The user's settings file.
    pub fn config_file(&self) -> Option<PathBuf> {
        Some(self.config.as_ref()?.join("config.toml"))
    }
}

/// Where the tools keep what belongs to the user. Source: their documentation, as of autumn 2026.
fn tools_of_user(home: &Path, config: &Path) -> BTreeMap<Tool, PathBuf> {
    BTreeMap::from([
        (Tool::OpenCode, config.join("opencode")),
        (Tool::Codex, folder_in("CODEX_HOME").unwrap_or_else(|| home.join(".codex"))),
        (Tool::Copilot, home.join(".copilot")),
        (Tool::Gemini, home.join(".gemini")),
        (Tool::Cursor, home.join(".cursor")),
    ])
}

fn folder_in(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}
