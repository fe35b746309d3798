#!/bin/sh
# After an edit: what divisi finds in the edited file, for the model. Standard input is the event of the hook. Whatever
# goes wrong here is no reason to disturb the model, so the status is always 0.

if command -v divisi >/dev/null 2>&1; then
  divisi check --hook 2>/dev/null
  exit 0
fi

# Without divisi: silence, but for one word to the user when the first file is written that it would have checked.
grep -qE '"file_path": ?"[^"]*(\.dag\.(ya?ml|json)|/\.claude/(agents|commands|skills)/[^"]*\.md)"' || exit 0
data=${CLAUDE_PLUGIN_DATA:-${XDG_STATE_HOME:-$HOME/.local/state}/divisi}
told=$data/told-that-divisi-is-not-installed
[ -e "$told" ] && exit 0
mkdir -p "$data" && : > "$told"
cat <<'EOF'
{"systemMessage": "divisi is not on the PATH, so the Divisi plugin checks nothing. It is built with `cargo build --release` in Divisi's repository, which makes target/release/divisi. This is said once."}
EOF
