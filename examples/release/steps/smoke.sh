# Looks whether what was published can be used; $2 is true where it shall not.
set -eu
test "$(ls "shop/$1" | wc -l)" -eq "$(ls packages | wc -l)"
test "$2" != true || { echo "the published thing does not work" >&2; exit 1; }
