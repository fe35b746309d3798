# What all reviews share. Sourced by runner.sh, which sets `workspace` and `scratch`.

# The most findings of one kind that a review reports; the rest is counted.
most=15

# The folder under review. A relative scope starts at the repository that holds the workspace, else at the workspace.
scope_folder() {
    scope=${DIVISI_ARG_SCOPE:-.}
    case $scope in
        /*) base=/ ;;
        *) base=$(git -C "$workspace" rev-parse --show-toplevel 2>/dev/null || echo "$workspace") ;;
    esac
    if ! CDPATH='' cd -- "$base" 2>/dev/null || ! CDPATH='' cd -- "$scope" 2>/dev/null; then
        echo "there is no folder $scope in $base: give another with --arg scope=FOLDER" >&2
        exit 2
    fi
    pwd
}

# All files below the current folder, one a line. In a repository: what is tracked, and what is new and not ignored.
# Names that hold a line break or a quote are left out; no list of lines can carry them.
all_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git -c core.quotePath=false ls-files --cached --others --exclude-standard -- . | grep -v '^"'
    else
        find . -name .git -prune -o -name node_modules -prune -o -name target -prune -o -type f -print | sed 's|^\./||'
    fi | sort -u
}

# Those of the listed files ($1) that are text, exist, and are smaller than a megabyte.
text_files() {
    tr '\n' '\0' <"$1" | xargs -0 -n 200 sh -c '
        find "$@" -prune -type f -size -2048 -exec grep -Il . {} + 2>/dev/null
        true' sh
}

# The files under review whose ending is one of the words: `sources rs py`.
sources() {
    endings=$(echo "$*" | tr ' ' '|')
    grep -E "\.($endings)\$" "${DIVISI_INPUT_SOURCES:?divisi sets it}" || true
}

# Runs a program over the files on standard input: `sources rs | over awk '…'`. Without files nothing runs.
over() {
    tr '\n' '\0' >"$scratch/over"
    if [ -s "$scratch/over" ]; then
        xargs -0 -n 500 "$@" <"$scratch/over" || true
    fi
}

# `place<TAB>text` lines to findings of severity $1; above `most` only their number is told. $2: their kind.
findings() {
    awk -F '\t' -v severity="$1" -v kind="$2" -v most="$most" '
        { seen++ }
        seen <= most { printf "- [%s] %s: %s\n", severity, $1, $2 }
        END { if (seen > most) printf "- [note] %d more of this kind: %s\n", seen - most, kind }'
}

# grep -n output to `place<TAB>text`. $1: the text.
places() {
    awk -v text="$1" '{
        if (match($0, /:[0-9]+:/)) printf "%s\t%s\n", substr($0, 1, RSTART + RLENGTH - 2), text
    }'
}

# Hands the collected findings over as the output `findings`.
hand_over() {
    if [ ! -s "$1" ]; then
        echo "nothing found" >"$1"
    fi
    cp "$1" "$DIVISI_OUTPUT_DIR/findings"
    echo "$(grep -c '^- \[' "$1" || true) findings"
}
