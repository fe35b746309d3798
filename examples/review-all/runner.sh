#!/bin/sh
# A runner for the agents of this folder that needs no model: for each agent there is a program in reviews/ that does
# the part of its work which plain tools can do (git, grep, awk, find, wc).
#
# What divisi hands over is described in docs/guide/runners.md. Used here:
#   DIVISI_AGENT_NAME     which agent
#   DIVISI_PROMPT_FILE    its prompt
#   DIVISI_OUTPUT_DIR     where outputs go, a file for each
#   DIVISI_ARG_SCOPE      the argument `scope`
#   DIVISI_INPUT_SOURCES  the input `sources`: path of the list of files
set -eu
LC_ALL=C
export LC_ALL

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
review=$here/reviews/${DIVISI_AGENT_NAME:?divisi sets it; to try a review by hand see README.md}.sh
if [ ! -f "$review" ]; then
    echo "runner.sh: there is no program for the agent $DIVISI_AGENT_NAME in $here/reviews" >&2
    exit 2
fi

workspace=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

. "$here/reviews/common.sh"
. "$review"
