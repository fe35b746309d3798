//! Runners that are part of the product: what each is before anybody says more of it.

use std::path::PathBuf;

use super::{RunnerDefinition, RunnerKind, RunnerOrigin, Settings};

/// Names of the runners that are part of the product, defined or not. `acp` alone needs a `command` in the settings.
pub const BUILT_IN_RUNNERS: &[&str] = &["claude", "codex", "gemini", "opencode", "acp"];

impl RunnerKind {
    /// Kinds by their word in the settings.
    pub const ALL: &[(&str, Self)] = &[
        ("exec", Self::Exec),
        ("claude", Self::Claude),
        ("codex", Self::Codex),
        ("gemini", Self::Gemini),
        ("opencode", Self::Opencode),
        ("acp", Self::Acp),
    ];

    /// The kind that goes by the name of a built-in runner.
    pub fn named(name: &str) -> Option<Self> {
        let is_built_in = BUILT_IN_RUNNERS.contains(&name);
        Self::ALL.iter().find(|(word, _)| is_built_in && *word == name).map(|(_, kind)| *kind)
    }

    /// The program where none is written; none where one has to be.
    pub fn program(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("claude"),
            Self::Codex => Some("codex"),
            Self::Gemini => Some("gemini"),
            Self::Opencode => Some("opencode"),
            Self::Exec | Self::Acp => None,
        }
    }

    /// Environment variables by which the program finds its key, its service and its own settings. Sources: the
    /// programs' documentation, autumn 2026. Those of cloud platforms are left to the `env` of a definition.
    pub fn environment(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &[
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_AUTH_TOKEN",
                "ANTHROPIC_BASE_URL",
                "CLAUDE_CODE_OAUTH_TOKEN",
                "CLAUDE_CONFIG_DIR",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
            ],
            Self::Codex => &["OPENAI_API_KEY", "CODEX_API_KEY", "OPENAI_BASE_URL", "CODEX_HOME"],
            Self::Gemini => &[
                "GEMINI_API_KEY",
                "GEMINI_CLI_HOME",
                "GOOGLE_API_KEY",
                "GOOGLE_GEMINI_BASE_URL",
                "GOOGLE_CLOUD_PROJECT",
                "GOOGLE_GENAI_USE_VERTEXAI",
            ],
            Self::Opencode => &[
                "ANTHROPIC_API_KEY",
                "OPENAI_API_KEY",
                "GEMINI_API_KEY",
                "OPENROUTER_API_KEY",
                "OPENCODE_API_KEY",
                "OPENCODE_CONFIG_CONTENT",
                "OPENCODE_CONFIG_DIR",
                "OPENCODE_DISABLE_MODELS_FETCH",
            ],
            Self::Exec | Self::Acp => &[],
        }
    }

    /// Those of [`RunnerKind::environment`] that hold a key; one of them is enough.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        self.environment().iter().copied().filter(|name| name.ends_with("_KEY") || name.ends_with("_TOKEN"))
    }
}

impl Settings {
    /// The runner of this name: as it is defined, else as it is built in. None where it is neither, or where a
    /// built-in one needs a command that nobody wrote.
    pub fn runner(&self, name: &str) -> Option<RunnerDefinition> {
        self.runners.get(name).cloned().or_else(|| built_in(name))
    }
}

fn built_in(name: &str) -> Option<RunnerDefinition> {
    let kind = RunnerKind::named(name)?;
    Some(RunnerDefinition {
        kind,
        command: vec![kind.program()?.to_owned()],
        args: Vec::new(),
        env: kind.environment().iter().map(|name| (*name).to_owned()).collect(),
        repository_settings: false,
        max_parallel: None,
        origin: RunnerOrigin::User,
        defined_in: PathBuf::new(),
    })
}
