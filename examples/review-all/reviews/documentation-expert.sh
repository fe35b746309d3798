# What a newcomer misses: README sections, links that lead nowhere, public items without a word.
cd "$(scope_folder)"
found=$scratch/findings

readme() {
    readme=$(ls -1 | grep -iE '^readme(\.(md|rst|txt|adoc))?$' | head -1 || true)
    if [ -z "$readme" ]; then
        printf '.\tthere is no README\n'
        return
    fi
    missing_section "$readme" 'install|getting started|quick ?start|set ?up|build' 'how to install or start it'
    missing_section "$readme" 'usage|how to|example|quick ?start|getting started|command' 'how to use it'
    missing_section "$readme" 'licen[cs]e' 'under which licence it is'
}

missing_section() {
    grep -qiE "$2" "$1" || printf '%s:1\tdoes not say %s\n' "$1" "$3"
}

project_files() {
    ls -1 | grep -qiE '^(licen[cs]e|copying)' || printf '.\tthere is no licence file\n'
    ls -1 . docs .github 2>/dev/null | grep -qiE '^contributing' || printf '.\tthere is no CONTRIBUTING: how do others take part?\n'
}

# Relative links in Markdown. Anchors, addresses, templates and code blocks are passed over.
dead_links() {
    sources md | over awk '
        FNR == 1 { code = 0 }
        /^[ \t]*(```|~~~)/ { code = !code; next }
        code { next }
        {
            rest = $0; gsub(/`[^`]*`/, "", rest)
            while (match(rest, /\]\([^() ]+\)/)) {
                link = substr(rest, RSTART + 2, RLENGTH - 3); rest = substr(rest, RSTART + RLENGTH)
                sub(/#.*/, "", link)
                if (link == "" || link ~ /^[a-zA-Z][a-zA-Z0-9+.-]*:/ || link ~ /[<>{}$*]/ || link ~ /^\//) continue
                folder = FILENAME; if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
                printf "%s:%d\t%s\n", FILENAME, FNR, folder "/" link
            }
        }' |
        while IFS='	' read -r place target; do
            [ -e "$target" ] || printf '%s\ta link to a file that is not there\n' "$place"
        done
}

undocumented() {
    sources rs | grep -vE '(^|/)(tests|benches|examples)/' | over awk '
        FNR == 1 { said = 0 }
        /^[ \t]*(\/\/\/|\/\*\*|#\[doc)/ { said = 1; next }
        /^[ \t]*#\[/ { next }
        /^[ \t]*pub (async |const |unsafe )*(fn|struct|enum|trait|type) / { if (!said) printf "%s:%d\ta public item without a doc comment\n", FILENAME, FNR }
        { said = 0 }'
    sources go | grep -v '_test\.go$' | over awk '
        FNR == 1 { said = 0 }
        /^\/\// { said = 1; next }
        /^(func( \([^)]*\))?|type) [A-Z]/ { if (!said) printf "%s:%d\ta public item without a comment\n", FILENAME, FNR }
        { said = 0 }'
    sources py | grep -vE '(^|/)tests?/|(^|/)test_' | over awk '
        FNR == 1 { waiting = 0 }
        waiting && !/^[ \t]*$/ { if ($0 !~ /^[ \t]*[rbu]*("""|'"'''"'|")/) printf "%s:%d\ta public function without a docstring\n", file, from; waiting = 0 }
        /^(async )?def [a-z][A-Za-z0-9_]*\(.*:[ \t]*$/ { waiting = 1; from = FNR; file = FILENAME }'
    sources ts tsx js jsx | grep -vE '\.(test|spec)\.|\.d\.ts$' | over awk '
        FNR == 1 { said = 0 }
        /\*\/[ \t]*$/ || /^[ \t]*\/\// { said = 1; next }
        /^export (default )?(async )?(function|class|interface) / { if (!said) printf "%s:%d\tan exported item without a comment\n", FILENAME, FNR }
        { said = 0 }'
}

{
    readme | findings medium 'gaps in the README'
    dead_links | findings medium 'dead links'
    project_files | findings low 'files that projects have'
    undocumented | findings low 'undocumented public items'
} >"$found"
hand_over "$found"
