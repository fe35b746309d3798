# Tests the package $1: its source must say its own name.
set -eu
grep -q "$1" "packages/$1/source.txt"
echo "$1: $(wc -l < "packages/$1/source.txt" | tr -d ' ') lines, good"
