#!/bin/sh
# Written by outloop ci init. Edit it as you like; --replace writes it anew.
#
# For a CI that checks a git repository out and sets one of the variables that tell a CI (CI=true). Its own store gives OUTLOOP_VAULT_KEY: whoever
# can have a job run with it can use what it opens.
set -eu
top=$(cd "$(dirname "$0")" && pwd -P)
: "${OUTLOOP_VAULT_KEY:?is not set: it is the CI's own secret}"
key=$OUTLOOP_VAULT_KEY
unset OUTLOOP_VAULT_KEY
# Whoever can publish under this name gets the secret: where you doubt that, install a file of your own (docs/callers/ci.md).
command -v outloop >/dev/null || npm install --global --no-audit --no-fund outloop@@VERSION@

OUTLOOP_HOME=$top/@HOME@
OUTLOOP_STATE=${OUTLOOP_STATE:-$(mktemp -d)/outloop}
export OUTLOOP_HOME OUTLOOP_STATE
chmod -R go-w "$top"
outloop init

status=0
(cd "$top"/@FOLDER@ && OUTLOOP_VAULT_KEY=$key @RUN@) || status=$?

outloop audit export --format jsonl >"$top/outloop-audit.jsonl"
outloop ci report --format junit >"$top/outloop-report.xml"
exit "$status"
