# Adds a section for the version $1 below the title of CHANGES.md.
set -eu
{
  head -n 1 CHANGES.md
  printf '\n## %s\n\nPackages: %s\n' "$1" "$(ls packages | tr '\n' ' ' | sed 's/ $//')"
  tail -n +2 CHANGES.md
} > CHANGES.new
mv CHANGES.new CHANGES.md
