# Long functions, long files, deep nesting, open work.
cd "$(scope_folder)"
found=$scratch/findings

# Functions by braces: from the line that names one to the line on which its braces are closed again.
long_brace_functions() {
    sources rs go js jsx ts tsx java kt swift php cs c h cc cpp hpp | over awk -v limit="$1" -v top="$2" '
        FNR == 1 { open = 0 }
        !open && /(^|[ \t])(fn|func|function|fun)[ \t]+[A-Za-z_(]/ { open = 1; from = FNR; depth = 0; entered = 0; name = $0; sub(/^[ \t]+/, "", name) }
        open {
            text = $0; gsub(/"([^"\\]|\\.)*"/, "", text); sub(/\/\/.*/, "", text)
            up = gsub(/[{]/, "", text); down = gsub(/[}]/, "", text)
            depth += up - down; if (up) entered = 1
            if (!entered && $0 ~ /;[ \t]*$/) open = 0
            if (entered && depth <= 0) {
                size = FNR - from + 1
                if (size > limit && size <= top) printf "%s:%d\ta function of %d lines\n", FILENAME, from, size
                open = 0
            }
        }'
}

# Functions by indentation: to the next line that is not deeper than its `def`.
long_indented_functions() {
    sources py | over awk -v limit="$1" -v top="$2" '
        function close_function() {
            size = last - from + 1
            if (open && size > limit && size <= top) printf "%s:%d\ta function of %d lines\n", file, from, size
            open = 0
        }
        FNR == 1 { close_function(); file = FILENAME }
        /^[ \t]*$/ { next }
        { match($0, /^[ \t]*/); depth = RLENGTH }
        open && depth <= indent && $0 !~ /^[ \t]*[)\]}]/ { close_function() }
        !open && /^[ \t]*(async[ \t]+)?def[ \t]/ { open = 1; from = FNR; indent = depth }
        { last = FNR }
        END { close_function() }'
}

long_files() {
    sources rs go py js jsx ts tsx java kt swift php cs c h cc cpp hpp rb sh lua | over awk -v limit=800 '
        FNR == 1 { if (file && n > limit) print n "\t" file; file = FILENAME }
        { n = FNR }
        END { if (file && n > limit) print n "\t" file }' |
        sort -rn | awk -F '\t' '{ printf "%s:1\ta file of %d lines\n", $2, $1 }'
}

# Seven levels of four columns; a tab counts as one level.
deep_nesting() {
    sources rs go py js jsx ts tsx java kt php cs c cc cpp rb | over awk '
        { line = $0; gsub(/\t/, "    ", line); match(line, /^ */) }
        RLENGTH >= 28 && line ~ /^ *(if|for|while|match|switch|else|try)[ ({]/ && FNR > last[FILENAME] + 20 {
            last[FILENAME] = FNR
            printf "%s:%d\ta branch %d columns deep\n", FILENAME, FNR, RLENGTH
        }'
}

# Ten lines that stand word for word in two places. Short lines and imports do not count; each pair of files is told once.
repeated_code() {
    sources rs go py js jsx ts tsx java kt swift php cs c cc cpp rb lua sh | grep -vE '(^|/)(vendor|third_party|generated|testdata|fixtures)/|\.min\.' |
        over awk -v window=10 '
            FNR == 1 { n = 0 }
            { line = $0; gsub(/^[ \t]+|[ \t]+$/, "", line) }
            length(line) < 12 || line ~ /^(use|import|from|#include|\/\/|#|\*)/ { next }
            {
                text[n % window] = line; at[n % window] = FNR; n++
                if (n < window) next
                block = ""
                for (i = n; i < n + window; i++) block = block text[i % window] "\n"
                first = at[n % window]
                if (!(block in seen)) { seen[block] = FILENAME ":" first; next }
                other = seen[block]; file = other; sub(/:[0-9]+$/, "", file)
                if (file == FILENAME || (FILENAME, file) in told) next
                told[FILENAME, file] = 1
                printf "%s:%d\trepeats ten lines of %s\n", FILENAME, first, other
            }'
}

open_work() {
    cat "$DIVISI_INPUT_SOURCES" | over grep -nHE '(#|//|/\*|<!--|--|%|;|^ *\*) *(TOD[O]|FIXM[E]|HAC[K])([^A-Za-z_]|$)' | places 'open work is noted here'
}

{
    { long_brace_functions 150 100000; long_indented_functions 150 100000; } | findings high 'very long functions'
    { long_brace_functions 80 150; long_indented_functions 80 150; } | findings medium 'long functions'
    long_files | findings medium 'long files'
    repeated_code | findings medium 'repeated code'
    deep_nesting | findings low 'deep nesting'
    open_work | findings low 'open work'
} >"$found"
hand_over "$found"
