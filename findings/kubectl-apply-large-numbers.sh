#!/usr/bin/env bash
# k8s.io/apimachinery v0.37.0 (Go), util/jsonmergepatch: the patch by which `kubectl apply` changes a custom resource has another number than the manifest, beyond 2^53.
#
# For kinds that kubectl has not compiled in, apply compares what was applied last, the manifest and what is stored, and sends the difference as a merge patch. The comparison
# reads numbers as floating point: a whole number that takes more than 53 bits goes into the patch as its neighbour, and a change from one neighbour to the other is none. The API
# server keeps 64 bits, so does a create of the same manifest, which is sent as it stands: what is stored then differs from the manifest only after the next change, without a word.
#
# Seen (stored and applied last, manifest, patch):
#   {"spec":{"limit":1}}                 {"spec":{"limit":9007199254740993}}  {"spec":{"limit":9007199254740992}}
#   {"spec":{"limit":9007199254740992}}  {"spec":{"limit":9007199254740993}}  {}
#   {"spec":{"limit":1}}                 {"spec":{"limit":9007199254740991}}  {"spec":{"limit":9007199254740991}}
#
# Valid input: `format: int64` of a custom resource's schema, https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'LOOK'
package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
)

func main() {
	for _, row := range [][2]string{
		{`{"spec":{"limit":1}}`, `{"spec":{"limit":9007199254740993}}`},
		{`{"spec":{"limit":9007199254740992}}`, `{"spec":{"limit":9007199254740993}}`},
		{`{"spec":{"limit":1}}`, `{"spec":{"limit":9007199254740991}}`},
	} {
		stored, manifest := []byte(row[0]), []byte(row[1])
		patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(stored, manifest, stored)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%-36s %-36s %s\n", stored, manifest, patch)
	}
}
LOOK
cat > go.mod <<'MOD'
module look

go 1.26.0

require k8s.io/apimachinery v0.37.0
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
go mod tidy 2> /dev/null
go build -o look .
./look | tee seen
diff - seen <<'SEEN'
{"spec":{"limit":1}}                 {"spec":{"limit":9007199254740993}}  {"spec":{"limit":9007199254740992}}
{"spec":{"limit":9007199254740992}}  {"spec":{"limit":9007199254740993}}  {}
{"spec":{"limit":1}}                 {"spec":{"limit":9007199254740991}}  {"spec":{"limit":9007199254740991}}
SEEN
