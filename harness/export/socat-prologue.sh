#!/bin/sh
# usage: sh SCRIPT ADDRESS, as socat names addresses: UNIX-CONNECT:/run/vm.sock, TCP:localhost:4444
# Says the client's part of a recording, waits for responses and events, and prints the dialogue. Ends with 1 when the
# server is silent for TIMEOUT seconds (10), or goes away. The monitor must not be one with pretty=on.
set -u
address=${1:?expected an address of socat, such as UNIX-CONNECT:/run/vm.sock}
timeout=${TIMEOUT:-10}
dir=$(mktemp -d) || exit 1
child0= child1= child2=
seen=
clean() {
  for child in $child0 $child1 $child2; do kill "$child" 2>/dev/null; done
  rm -rf "$dir"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP
trap 'exit 1' PIPE

# open CONNECTION: descriptors 3 and 4 for connection 0, 5 and 6 for 1, 7 and 8 for 2
open() {
  rm -f "$dir/in$1" "$dir/out$1"
  mkfifo "$dir/in$1" "$dir/out$1" || exit 1
  socat -T "$timeout" - "$address" <"$dir/in$1" >"$dir/out$1" &
  case $1 in
  0) child0=$! && exec 3>"$dir/in0" 4<"$dir/out0" ;;
  1) child1=$! && exec 5>"$dir/in1" 6<"$dir/out1" ;;
  2) child2=$! && exec 7>"$dir/in2" 8<"$dir/out2" ;;
  esac
}

# close CONNECTION
close() {
  case $1 in
  0) child=$child0 child0= && exec 3>&- 4<&- ;;
  1) child=$child1 child1= && exec 5>&- 6<&- ;;
  2) child=$child2 child2= && exec 7>&- 8<&- ;;
  esac
  kill "$child" 2>/dev/null
  wait "$child" 2>/dev/null
}

# send CONNECTION MESSAGE
send() {
  printf '%s-> %s\n' "${1#0}" "$2"
  printf '%s\r\n' "$2" >&$((3 + 2 * $1))
}

# octets CONNECTION ESCAPES
octets() {
  printf '%s-> bytes\n' "${1#0}"
  printf "$2" >&$((3 + 2 * $1))
}

# receive CONNECTION: the next message is then $line, and $kind says what it is
receive() {
  if ! IFS= read -r line <&$((4 + 2 * $1)); then
    echo "connection $1: the server went away, or says nothing" >&2
    exit 1
  fi
  printf '%s<- %s\n' "${1#0}" "${line%?}"
  case $line in
  '{"QMP"'*) kind=greeting ;;
  '{"timestamp"'* | '{"event"'*)
    kind=event
    name=${line#*\"event\": \"}
    seen="$seen $1:${name%%\"*} "
    ;;
  *) kind=response ;;
  esac
}

# greeting CONNECTION
greeting() {
  receive "$1"
}

# response CONNECTION
response() {
  receive "$1"
  while [ "$kind" != response ]; do receive "$1"; done
}

# event CONNECTION NAME: it may have come already
event() {
  while :; do
    case $seen in *" $1:$2 "*) return ;; esac
    receive "$1"
  done
}

finish() {
  exit 0
}
