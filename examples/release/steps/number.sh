# Writes the version $1 to VERSION, and to the last line of CHANGES.md.
set -eu
echo "$1" > VERSION
sed "s/^Newest: .*/Newest: $1/" CHANGES.md > CHANGES.new
mv CHANGES.new CHANGES.md
