# Loops in loops, work inside loops that could be done once, calls that block, large files in the repository.
cd "$(scope_folder)"
found=$scratch/findings

# A loop counts as inside another when it is indented deeper and no shallower line came between.
nested_loops() {
    sources rs go py js jsx ts tsx java kt php cs c cc cpp rb | grep -vE '(^|/)(tests?|benches|__tests__)/|[._]test\.' | over awk '
        FNR == 1 { depth = 0 }
        /^[ \t]*$/ { next }
        { line = $0; gsub(/\t/, "    ", line); match(line, /^ */); column = RLENGTH }
        { while (depth > 0 && column <= at[depth]) depth-- }
        line ~ /^ *(for|while|loop)[ ({]/ {
            at[++depth] = column
            if (depth == 3) printf "%s:%d\tthe third loop inside another\n", FILENAME, FNR
        }'
}

# Compiling a pattern is dear; inside a loop it is paid on every turn.
compiled_in_loops() {
    sources rs py go java js ts | over awk '
        FNR == 1 { depth = 0 }
        /^[ \t]*$/ { next }
        { line = $0; gsub(/\t/, "    ", line); match(line, /^ */); column = RLENGTH }
        { while (depth > 0 && column <= at[depth]) depth-- }
        line ~ /^ *(for|while|loop)[ ({]/ { at[++depth] = column; next }
        depth > 0 && /Regex::ne[w]\(|re\.compil[e]\(|regexp\.MustCompil[e]\(|Pattern\.compil[e]\(|new RegEx[p]\(/ {
            printf "%s:%d\ta pattern is compiled on every turn of a loop\n", FILENAME, FNR
        }'
}

blocking_calls() {
    sources js jsx ts tsx mjs cjs | grep -vE '(^|/)(scripts?|tools?|tests?|build)/|\.(test|spec|config)\.' |
        over grep -nHE '(readFile|writeFile|readdir|exec|spawn|stat)Syn[c]\(' | places 'blocks the whole process while it waits'
}

blocking_in_async() {
    sources py | over awk '
        FNR == 1 { inside = 0 }
        /^[ \t]*$/ { next }
        { match($0, /^[ \t]*/); column = RLENGTH }
        inside && column <= indent { inside = 0 }
        /^[ \t]*async[ \t]+def[ \t]/ { inside = 1; indent = column; next }
        inside && /(^|[^A-Za-z_.])(time\.slee[p]|requests\.(get|post|put|delete))\(/ {
            printf "%s:%d\tblocks the event loop inside an async function\n", FILENAME, FNR
        }'
}

whole_rows() {
    sources py rb php java go js ts rs sql | over grep -niHE 'selec[t] \* from' | places 'reads every column, needed or not'
}

# find wants its paths before its tests.
large_files() {
    all_files | over sh -c 'find "$@" -prune -type f -size +2048' sh | awk '{ printf "%s\tover a megabyte in the working tree\n", $0 }'
}

{
    nested_loops | findings medium 'loops in loops in loops'
    compiled_in_loops | findings medium 'patterns compiled in loops'
    blocking_in_async | findings high 'blocking calls in async functions'
    blocking_calls | findings low 'blocking calls'
    whole_rows | findings low 'queries for all columns'
    large_files | findings low 'large files'
} >"$found"
hand_over "$found"
