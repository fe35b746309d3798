# Prints the names of the packages as a JSON list.
set -eu
separator='['
for package in packages/*/; do
  printf '%s"%s"' "$separator" "$(basename "$package")"
  separator=', '
done
echo ']'
