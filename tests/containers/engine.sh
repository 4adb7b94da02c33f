#!/bin/sh
# Run a Docker engine until this script's input ends, as it does when whoever started it is gone, in whatever way; then
# leave nothing of it: engine.sh DIRECTORY BRIDGE ADDRESS NETWORK MEMORY
#
# Its mounts are its own, and so end with it. MEMORY, such as 8g, is how much of it images may take; with 0 they are
# kept on the disk, which is several times slower.
set -eu
directory=$1 bridge=$2 address=$3 network=$4 memory=$5

outward="POSTROUTING -s $network ! -o $bridge -j MASQUERADE"
end() {
    # shellcheck disable=SC2086
    iptables --wait -t nat -D $outward 2>/dev/null || true
    ip link delete "$bridge" || true
    rm -rf "$directory"
}
trap end EXIT
ip link add "$bridge" type bridge
ip address add "$address" dev "$bridge"
ip link set "$bridge" up
# shellcheck disable=SC2086
iptables --wait -t nat -A $outward

unshare --mount sh -euc '
    mkdir "$1/data"
    [ "$3" = 0 ] || mount -t tmpfs -o "size=$3" tmpfs "$1/data"
    exec 3<&0
    dockerd --iptables=false --ip6tables=false --bridge "$2" --host "unix://$1/docker.sock" --pidfile "$1/pid" \
        --data-root "$1/data" --exec-root "$1/exec" >"$1/dockerd.log" 2>&1 3<&- &
    daemon=$!
    { read -r _ <&3 || true; kill "$daemon"; } &
    exec 3<&-
    wait "$daemon"
' sh "$directory" "$bridge" "$memory"
