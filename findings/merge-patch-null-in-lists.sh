#!/usr/bin/env bash
# gopkg.in/evanphx/json-patch.v4 v4.13.0 and github.com/evanphx/json-patch/v5 v5.9.11 (Go; Kubernetes' API server merges with the first, many controllers with the second): a merge
# patch loses what is null inside a list.
#
# In a merge patch null removes a member of an object; a list replaces the list that was there, as it stands (RFC 7396: what is no object is the result). The library walks into
# lists too and drops each null member of the objects in them, while a null that is an element itself stays. The patch that the library makes between two documents
# has the null, and applied by the same library it does not give the second document.
#
# Seen (patch, library, json-merge-patch 1.0.2 of npm):
#   {"rows":[{"limit":null}]}    {"rows":[{}]}   {"rows":[{"limit":null}]}
#   {"rows":[[{"a":null}]]}      {"rows":[[{}]]} {"rows":[[{"a":null}]]}
#   {"rows":[null]}              {"rows":[null]} {"rows":[null]}
#   made from {"a":[]} to {"a":[{"b":null}]}: {"a":[{"b":null}]}, applied: {"a":[{}]}
#
# Valid input: https://www.rfc-editor.org/rfc/rfc7396#section-2
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts json-merge-patch@1.0.2
cat > main.go <<'LOOK'
package main

import (
	"bufio"
	"fmt"
	"os"

	v5 "github.com/evanphx/json-patch/v5"
	v4 "gopkg.in/evanphx/json-patch.v4"
)

func both(older, newer []byte, err4, err5 error) string {
	if err4 != nil || err5 != nil || string(older) != string(newer) {
		return fmt.Sprint("not alike: ", string(older), err4, string(newer), err5)
	}
	return string(older)
}

func main() {
	merged := func(object, patch string) string {
		older, err4 := v4.MergePatch([]byte(object), []byte(patch))
		newer, err5 := v5.MergePatch([]byte(object), []byte(patch))
		return both(older, newer, err4, err5)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println(merged(`{}`, lines.Text()))
	}
	from, to := `{"a":[]}`, `{"a":[{"b":null}]}`
	older, err4 := v4.CreateMergePatch([]byte(from), []byte(to))
	newer, err5 := v5.CreateMergePatch([]byte(from), []byte(to))
	patch := both(older, newer, err4, err5)
	fmt.Printf("made from %s to %s: %s, applied: %s\n", from, to, patch, merged(from, patch))
}
LOOK
cat > go.mod <<'MOD'
module look

go 1.23

require (
	github.com/evanphx/json-patch/v5 v5.9.11
	gopkg.in/evanphx/json-patch.v4 v4.13.0
)
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
go mod tidy 2> /dev/null
go build -o look .

printf '%s\n' '{"rows":[{"limit":null}]}' '{"rows":[[{"a":null}]]}' '{"rows":[null]}' > patches
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import merge from 'json-merge-patch';

for (const patch of readFileSync('patches', 'utf8').trim().split('\n')) console.log(JSON.stringify(merge.apply({}, JSON.parse(patch))));
LOOK
./look < patches > told
{
  paste -d '|' patches <(head -3 told) <(node look.mjs) | while IFS='|' read -r patch library other; do printf '%-28s %-15s %s\n' "$patch" "$library" "$other"; done
  tail -1 told
} | tee seen
diff - seen <<'SEEN'
{"rows":[{"limit":null}]}    {"rows":[{}]}   {"rows":[{"limit":null}]}
{"rows":[[{"a":null}]]}      {"rows":[[{}]]} {"rows":[[{"a":null}]]}
{"rows":[null]}              {"rows":[null]} {"rows":[null]}
made from {"a":[]} to {"a":[{"b":null}]}: {"a":[{"b":null}]}, applied: {"a":[{}]}
SEEN
