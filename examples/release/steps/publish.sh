# Copies the packages to where everybody can get them.
set -eu
mkdir -p "shop/$1"
cp -R packages/. "shop/$1/"
