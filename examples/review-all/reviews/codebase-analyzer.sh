# Size, languages, folders, build files, churn. Writes review/structure.md and review/sources.txt.
out=$workspace/review
mkdir -p "$out"
folder=$(scope_folder)
cd "$folder"

all_files >"$scratch/all"
text_files "$scratch/all" >"$out/sources.txt"
over awk 'FNR == 1 { files[++n] = FILENAME } { lines[FILENAME]++ } END { for (i = 1; i <= n; i++) print lines[files[i]] "\t" files[i] }' \
    <"$out/sources.txt" >"$scratch/lines"

languages() {
    awk -F '\t' '
        { name = $2; sub(/.*\//, "", name)
          ending = (name ~ /.\./) ? name : "(none)"; sub(/.*\./, "", ending)
          files[ending]++; lines[ending] += $1 }
        END { for (ending in files) printf "%d\t%d\t%s\n", lines[ending], files[ending], ending }' "$scratch/lines" |
        sort -rn | head -12 | awk -F '\t' '{ printf "| %s | %d | %d |\n", $3, $2, $1 }'
}

folders() {
    awk -F '\t' '
        { top = $2; if (top !~ /\//) top = "."; else sub(/\/.*/, "", top); files[top]++; lines[top] += $1 }
        END { for (top in files) printf "%d\t%d\t%s\n", lines[top], files[top], top }' "$scratch/lines" |
        sort -rn | head -12 | awk -F '\t' '{ printf "| %s | %d | %d |\n", $3, $2, $1 }'
}

build_files() {
    grep -E '(^|/)(Cargo\.toml|package\.json|pyproject\.toml|setup\.py|go\.mod|pom\.xml|build\.gradle(\.kts)?|Makefile|CMakeLists\.txt|Gemfile|composer\.json|mix\.exs|Dockerfile)$' \
        "$scratch/all" | head -20 | sed 's/^/- /'
}

churn() {
    git log -n 300 --no-merges --format= --name-only --relative -- . 2>/dev/null | grep . | sort | uniq -c | sort -rn | head -10 |
        awk '{ times = $1; sub(/^ *[0-9]+ /, ""); printf "- %d × %s\n", times, $0 }'
}

{
    echo "Folder: $(basename "$folder")"
    echo "Files: $(wc -l <"$scratch/all" | tr -d ' '), of them text: $(wc -l <"$out/sources.txt" | tr -d ' ')"
    echo "Lines: $(awk -F '\t' '{ sum += $1 } END { print sum + 0 }' "$scratch/lines")"
    printf '\n## Languages\n\n| ending | files | lines |\n|---|---:|---:|\n'
    languages
    printf '\n## Folders\n\n| folder | files | lines |\n|---|---:|---:|\n'
    folders
    printf '\n## Build files\n\n'
    build_files
    printf '\n## Largest files\n\n'
    sort -rn "$scratch/lines" | head -8 | awk -F '\t' '{ printf "- %s (%d lines)\n", $2, $1 }'
    printf '\n## Changed most in the last 300 commits\n\n'
    churn
} >"$out/structure.md"
echo "surveyed $(wc -l <"$out/sources.txt" | tr -d ' ') text files"
