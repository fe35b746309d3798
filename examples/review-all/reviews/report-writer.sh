# Merges the reviews in the prompt into REVIEW.md: what matters most, where it collects, and everything by area.
# The prompt carries each review below a heading of the first level; a finding is a line `- [severity] place: text`.
report=$workspace/REVIEW.md
prompt=${DIVISI_PROMPT_FILE:?divisi sets it}

# `rank<TAB>area<TAB>finding`, the gravest first, areas in the order of the prompt.
awk '
    BEGIN { rank["high"] = 1; rank["medium"] = 2; rank["low"] = 3; rank["note"] = 4 }
    /^# / { area = substr($0, 3); next }
    match($0, /^- \[[a-z]+\] /) {
        severity = substr($0, 4, RLENGTH - 5)
        if (severity in rank) printf "%d\t%s\t%s\n", rank[severity], area, $0
    }' "$prompt" | sort -s -t '	' -k 1,1n >"$scratch/ranked"

table() {
    awk -F '\t' '
        $1 < 4 { if (!($2 in seen)) { seen[$2] = 1; order[++n] = $2 } number[$2, $1]++ }
        END { for (i = 1; i <= n; i++) printf "| %s | %d | %d | %d |\n", order[i], number[order[i], 1], number[order[i], 2], number[order[i], 3] }' \
        "$scratch/ranked"
}

first() {
    awk -F '\t' '$1 < 4 && ++n <= 10 { sub(/^- /, "", $3); printf "%d. %s, %s\n", n, $2, $3 }' "$scratch/ranked"
}

# A high finding weighs nine, a medium three, a low one.
hot_spots() {
    awk -F '\t' '
        BEGIN { weight[1] = 9; weight[2] = 3; weight[3] = 1 }
        $1 < 4 && match($3, /\] [^:]+:/) { file = substr($3, RSTART + 2, RLENGTH - 3); sum[file] += weight[$1]; number[file]++ }
        END { for (file in sum) if (file != ".") printf "%d\t%d\t%s\n", sum[file], number[file], file }' "$scratch/ranked" |
        sort -t '	' -k 1,1rn -k 3,3 | head -8 | awk -F '\t' '{ printf "- %s (%d finding%s)\n", $3, $2, $2 == 1 ? "" : "s" }'
}

section() {
    awk -v wanted="$1" '/^# / { inside = (substr($0, 3) == wanted); next } inside' "$prompt"
}

everything() {
    sed -n 's/^# //p' "$prompt" | while IFS= read -r area; do
        [ "$area" = Structure ] && continue
        printf '\n## %s\n\n' "$area"
        section "$area"
    done
}

{
    printf '# Review\n\n'
    section Structure | sed -n '/^Folder:/p; /^Files:/p; /^Lines:/p' | sed 's/^/- /'
    printf '\n| area | high | medium | low |\n|---|---:|---:|---:|\n'
    table
    printf '\n## First\n\n'
    first
    printf '\n## Where it collects\n\n'
    hot_spots
    everything
    printf '\n## The code base\n\n'
    section Structure | sed '/^Folder:/d; /^Files:/d; /^Lines:/d; s/^## /### /'
} >"$report"
echo "wrote REVIEW.md: $(awk -F '\t' '$1 < 4' "$scratch/ranked" | wc -l | tr -d ' ') findings"
