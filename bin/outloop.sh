#!/bin/sh
# Starts outloop. The build makes dist/outloop of this, with what it knows of the place that it builds for. Nothing here starts another program: each would
# take a millisecond. Its variables have a name that no caller's environment has, or the caller's would be changed.
outloop_at=@AT@
outloop_node=@NODE@
outloop_processor=@PROCESSOR@

# Node would act on these before outloop could refuse them, so they come under another name.
if [ -n "${NODE_OPTIONS-}" ]; then
  OUTLOOP_NODE_OPTIONS=$NODE_OPTIONS
  export OUTLOOP_NODE_OPTIONS
  unset NODE_OPTIONS
fi

# What the snapshot has a path for: `run`, `redact` and a schedule's firing, but for their help.
is_hot() {
  case ${1-} in
    run | redact) ;;
    schedule) [ "${2-}" = run ] || return 1 ;;
    *) return 1 ;;
  esac
  for outloop_word in "$@"; do
    case $outloop_word in
      -h | --help) return 1 ;;
    esac
  done
}

# Node takes a snapshot for the very Node, the very flags and the processor that it was made with, and ends at once with any other.
is_of_this_node() {
  [ -x "$outloop_node" ] && [ -f "$outloop_at/dist/run.snapshot" ] && [ -f "$outloop_at/dist/node.stamp" ] && ! [ "$outloop_node" -nt "$outloop_at/dist/node.stamp" ] && ! [ "$outloop_node" -ot "$outloop_at/dist/node.stamp" ]
}
is_of_this_processor() {
  [ -r /proc/cpuinfo ] || return 1
  outloop_seen=
  while IFS= read -r outloop_line; do
    case $outloop_line in
      vendor_id* | 'cpu family'* | model* | stepping*) outloop_seen=$outloop_seen$outloop_line ;;
      flags* | Features*)
        [ "$outloop_seen$outloop_line" = "$outloop_processor" ]
        return
        ;;
    esac
  done </proc/cpuinfo
  return 1
}

if ! [ "$0" -ef "$outloop_at/dist/outloop" ]; then
  # It was moved, or built elsewhere.
  outloop_at=$(readlink -f -- "$0") && outloop_at=${outloop_at%/dist/outloop}
  exec node "$outloop_at/bin/run.js" "$@"
fi
if is_hot "$@" && is_of_this_node && is_of_this_processor; then
  # What a credential passes through leaves no core dump, and neither does what is started by it.
  ulimit -c 0
  exec "$outloop_node" @FLAGS@ --snapshot-blob "$outloop_at/dist/run.snapshot" "$@"
fi
[ -x "$outloop_node" ] || outloop_node=node
exec "$outloop_node" "$outloop_at/bin/run.js" "$@"
