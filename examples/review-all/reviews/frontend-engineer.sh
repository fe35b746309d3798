# Pages, components and styles that keep people out.
cd "$(scope_folder)"
found=$scratch/findings

# Start tags, each joined to one line: `file:line<TAB>tag`. A tag of more than 40 lines is no tag.
tags() {
    sources html htm jsx tsx vue svelte | over awk '
        FNR == 1 { tag = "" }
        {
            rest = $0
            while (rest != "") {
                if (tag == "") {
                    if (!match(rest, /<(img|input|select|textarea|html|a|div|span|iframe|video)([ \t>\/]|$)/)) break
                    from = FNR; rest = substr(rest, RSTART)
                }
                end = index(rest, ">")
                while (end > 1 && substr(rest, end - 1, 1) == "=") {
                    next_end = index(substr(rest, end + 1), ">"); if (!next_end) { end = 0; break }
                    end += next_end
                }
                if (end) { print FILENAME ":" from "\t" tag substr(rest, 1, end); tag = ""; rest = substr(rest, end + 1) }
                else { tag = (FNR - from > 40) ? "" : tag rest " "; rest = "" }
            }
        }'
}

# Tags that match $1 and not $2, with the text $3.
tags_with_but_without() {
    awk -F '\t' -v has="$1" -v lacks="$2" -v text="$3" '
        tolower($2) ~ has && tolower($2) !~ lacks { printf "%s\t%s\n", $1, text }' "$scratch/tags"
}

removed_focus() {
    sources css scss less | over grep -nHE 'outline: *(none|0)[ ;]' | places 'the focus becomes invisible for people who use the keyboard'
}

tags >"$scratch/tags"
spread='[{][.][.][.]'
{
    tags_with_but_without '^<img' "alt *=|:alt|$spread" 'an image without alt' | findings high 'images without alt'
    tags_with_but_without '^<html' 'lang *=' 'a page that does not name its language' | findings medium 'pages without a language'
    tags_with_but_without '^<(input|select|textarea)' "type *= *.?(hidden|submit|button)|aria-label|[ \t]id *=|:id|$spread" 'a field that no label can name' | findings high 'fields without a label'
    tags_with_but_without '^<(div|span).*(onclick|@click|on:click)' "role *=|$spread" 'reacts to clicks but not to the keyboard: a button would' | findings medium 'clickable boxes'
    tags_with_but_without '^<iframe' "title *=|$spread" 'a frame without a title' | findings low 'frames without a title'
    tags_with_but_without 'tabindex *= *.?[1-9]' '^$' 'changes the order of the tab key' | findings low 'tab order'
    removed_focus | findings medium 'invisible focus'
} >"$found"
hand_over "$found"
