#!/bin/sh
# Makes Sources/C/CEventProto/{event.pb-c.c,include/event.pb-c.h} from event.proto, or the same two files in the folder
# given. protobuf-c ends strings at NUL and so cannot see one inside; on the wire `bytes` is the same and carries its
# length, so the C is made from that. Needs protoc-c (Debian: protobuf-c-compiler). A test holds the files to it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/../Sources/C/CEventProto"}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/optional string /optional bytes /' "$here/plainscore/v1/event.proto" > "$work/event.proto"
protoc-c --proto_path="$work" --c_out="$work" event.proto
mkdir -p "$target/include"
mv "$work/event.pb-c.h" "$target/include/event.pb-c.h"
mv "$work/event.pb-c.c" "$target/event.pb-c.c"
