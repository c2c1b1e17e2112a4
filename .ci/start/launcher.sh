#!/bin/sh
# Starts outloop. The build makes dist/outloop of this, with what it knows of the place that it builds for. What is asked here is asked with what the shell has built in: each
# program would take a millisecond. The variables have names that no caller's environment has, or the caller's would be changed.
outloop_at=@AT@
outloop_node=@NODE@
outloop_processor=@PROCESSOR@

# Node would take a descriptor of ours for a channel to its parent, and end where there is none.
unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID
# Node would act on these before outloop could refuse them, so they come under another name.
unset OUTLOOP_NODE_OPTIONS
if [ -n "${NODE_OPTIONS-}" ]; then
  OUTLOOP_NODE_OPTIONS=$NODE_OPTIONS
  export OUTLOOP_NODE_OPTIONS
  unset NODE_OPTIONS
fi

# The C library's memory in few large pieces, which a start fills in any case. outloop takes this back before it judges its environment; what the caller says there is refused.
if [ -z "${GLIBC_TUNABLES-}" ]; then
  GLIBC_TUNABLES=@TUNABLES@
  export GLIBC_TUNABLES
fi

# What starts from the snapshot: `run`, `redact` and a schedule's firing, but for their help (bin/start.js has the same rule).
is_hot() {
  case ${1-} in
    run | redact) ;;
    schedule) [ "${2-}" = run ] || return 1 ;;
    *) return 1 ;;
  esac
  for outloop_word in "$@"; do
    case $outloop_word in
      --) return 0 ;;
      -h | --help) return 1 ;;
    esac
  done
}

# Node takes a snapshot for the very Node, the very flags and the processor that it was made with, and ends at once with any other. The stamp has the Node's time.
is_of_this_node() {
  [ -x "$outloop_node" ] && [ -r "$outloop_at/dist/run.snapshot" ] && [ -f "$outloop_at/dist/node.stamp" ] || return 1
  ! [ "$outloop_node" -nt "$outloop_at/dist/node.stamp" ] && ! [ "$outloop_node" -ot "$outloop_at/dist/node.stamp" ]
}
is_of_this_processor() {
  [ -r /sys/devices/system/cpu/modalias ] && IFS= read -r outloop_line </sys/devices/system/cpu/modalias && [ "$outloop_line" = "$outloop_processor" ]
}

outloop_hot=
if is_hot "$@"; then
  outloop_hot=yes
  # What a credential passes through leaves no core dump, and neither does what is started by it.
  command ulimit -c 0
  # Whose certificates are believed outloop says itself. What these name Node or OpenSSL would read nonetheless, which can take longer than the run; nothing that is started here gets them.
  unset NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA
  SSL_CERT_FILE=/dev/null
  SSL_CERT_DIR=/dev/null
  export SSL_CERT_FILE SSL_CERT_DIR
fi
if ! [ "$0" -ef "$outloop_at/dist/outloop" ]; then
  # It came in a package, or was moved since it was built.
  outloop_at=$0
  outloop_node=
  if [ -h "$0" ]; then outloop_at=$(readlink -f -- "$0"); fi
  case $outloop_at in
    */*) outloop_at=${outloop_at%/*}/.. ;;
    *) outloop_at=.. ;;
  esac
elif [ -n "$outloop_hot" ] && is_of_this_node && is_of_this_processor; then
  exec "$outloop_node" @FLAGS@ --snapshot-blob "$outloop_at/dist/run.snapshot" "$@"
fi
give_up() {
  echo "outloop: $1" >&2
  if [ -n "$outloop_hot" ]; then exit 119; fi
  exit 1
}
if ! [ -f "$outloop_at/bin/run.js" ]; then give_up 'this installation is not complete. Next: build or install it again.'; fi
if ! [ -x "$outloop_node" ]; then
  outloop_node=node
  if ! command -v node >/dev/null; then give_up 'there is no Node on the PATH. Next: install Node 20.19 or newer, or put it on the PATH.'; fi
fi
exec "$outloop_node" ${outloop_hot:+@ROOTS_FLAG@} "$outloop_at/bin/run.js" "$@"
