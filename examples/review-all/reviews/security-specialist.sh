# Secrets in the source, calls that execute text, disabled checks. A finding never repeats what it found.
# Patterns hold a bracket where that keeps this file from finding itself.
cd "$(scope_folder)"
found=$scratch/findings

search() {
    cat "$DIVISI_INPUT_SOURCES" | over grep -nHE -e "$1" | places "$2"
}

search_in() {
    endings=$1
    # shellcheck disable=SC2086 # a list of endings
    sources $endings | over grep -nHE -e "$2" | places "$3"
}

secrets() {
    search '(^|[^A-Z0-9])AKI[A][0-9A-Z]{16}([^A-Z0-9]|$)' 'looks like a key of a cloud account'
    search 'BEGIN ([A-Z]+ )?PRIVATE KE[Y]' 'holds a private key'
    search '(^|[^A-Za-z0-9])(ghp|gho|ghs|glpat|xoxb|xoxp)[_-][0-9A-Za-z-]{20,}' 'looks like an access token'
}

# What was once committed stays readable, taken out or not. One finding for each commit.
history() {
    git log -p --no-color --unified=0 --format='commit %h' -n 2000 -- . 2>/dev/null | awk '
        /^commit / { commit = $2; next }
        /^\+\+\+ / { file = substr($0, 7); next }
        /^\+/ && (/(^|[^A-Z0-9])AKI[A][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]([^A-Z0-9]|$)/ || /BEGIN ([A-Z]+ )?PRIVATE KE[Y]/) && !told[commit]++ {
            printf "%s\tcommit %s adds what looks like a key\n", file, commit
        }'
}

# A literal given to a name that says what it is. Tests, examples and obvious stand-ins are left out.
passwords() {
    cat "$DIVISI_INPUT_SOURCES" | grep -viE '(^|/)(tests?|spec|examples?|fixtures?|docs?)/|\.md$' |
        over grep -niHE "(passwor[d]|passwd|api_?ke[y]|secre[t]|access_?toke[n])[\"']? *[:=] *[\"'][^\"' \${}<>]{8,}[\"']" |
        grep -viE 'example|change.?me|placeholder|dummy|your[_-]|xxxx|\*\*\*\*|env\[|getenv|process\.env' |
        places 'a secret seems to be written here'
}

execution() {
    search_in 'py' 'shell *= *Tru[e]' 'a shell reads this text: quoting decides what runs'
    search_in 'py' '(^|[^A-Za-z_.])os\.syste[m]\(' 'a shell reads this text: quoting decides what runs'
    search_in 'py js jsx ts tsx php rb' '(^|[^A-Za-z_.])eva[l]\(' 'text is executed as code'
    search_in 'js jsx ts tsx' '(child_process|cp)\.exe[c]\(' 'a shell reads this text: quoting decides what runs'
    search_in 'py' 'pickle\.load[s]?\(|yaml\.loa[d]\([^)]*$|yaml\.loa[d]\([^,)]*\)' 'this reader can run code from its input'
}

disabled_checks() {
    search_in 'py' 'verify *= *Fals[e]' 'certificates are not checked'
    search_in 'go' 'InsecureSkipVerify: *tru[e]' 'certificates are not checked'
    search_in 'js ts' 'rejectUnauthorized: *fals[e]' 'certificates are not checked'
    search_in 'sh yml yaml' 'chmod (-R )?77[7]' 'everybody may write here'
    search_in 'sh yml yaml md' '(curl|wget) [^|]*\| *(sudo )?(ba)?s[h]( |$)' 'runs a program from the net unseen'
}

pages() {
    search_in 'js jsx ts tsx vue svelte html' '\.innerHTM[L] *=[^=]|dangerouslySetInnerHTM[L]' 'text becomes markup: a way in for scripts'
}

{
    secrets | findings high 'keys and tokens'
    history | findings high 'keys in the history'
    passwords | findings high 'secrets in the source'
    execution | findings high 'execution of text'
    disabled_checks | findings medium 'disabled checks'
    pages | findings medium 'markup from text'
} >"$found"
hand_over "$found"
