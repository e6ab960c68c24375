#!/usr/bin/env bash
# gopkg.in/evanphx/json-patch.v4 v4.13.0 (Go, the library by which Kubernetes' API server applies JSON patches): `test` compares how a value is spelt, not the value.
#
# RFC 6902 says that strings are equal by their characters and numbers by their value. The library compares bytes, and the object beside the patch was written by Go's
# encoder, which writes `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`. A client in Python or JavaScript that tests an annotation such as `a<b` for the very value that it has
# read is told that the test failed; so is Python for each character beyond ASCII, which its encoder escapes and Go's does not. A missing place equals null, and `add` of the
# whole document, which the RFC has replace it, is an error.
#
# Seen (object as Go writes it, patch as the client writes it):
#   Python      test "a<b"            testing value /a failed: test failed
#   JavaScript  test "a<b"            testing value /a failed: test failed
#   Go          test "a<b"            equal
#   Python      test "ü"              testing value /a failed: test failed
#   JavaScript  test "ü"              equal
#   JavaScript  test 100, spelt 1e2   testing value /a failed: test failed
#   JavaScript  test ["a<b"]          testing value /a failed: test failed
#   JavaScript  test /none for null   equal
#   JavaScript  add "" {}             add operation does not apply: doc is missing path: "": missing value
#
# Valid input: https://www.rfc-editor.org/rfc/rfc6902#section-4.6 and https://www.rfc-editor.org/rfc/rfc6902#section-4.1
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > main.go <<'LOOK'
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var row struct {
			What   string
			Object any
			Patch  string
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			panic(err)
		}
		object, _ := json.Marshal(row.Object)
		if row.Patch == "" {
			value, _ := json.Marshal(row.Object.(map[string]any)["a"])
			row.Patch = `[{"op":"test","path":"/a","value":` + string(value) + `}]`
		}
		patch, err := jsonpatch.DecodePatch([]byte(row.Patch))
		if err == nil {
			_, err = patch.Apply(object)
		}
		said := "equal"
		if err != nil {
			said = err.Error()
		}
		fmt.Printf("%-33s %s\n", row.What, said)
	}
}
LOOK
cat > go.mod <<'MOD'
module look

go 1.23

require gopkg.in/evanphx/json-patch.v4 v4.13.0
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
go mod tidy 2> /dev/null
go build -o look .

python3 - > rows <<'LOOK'
import json, subprocess

tested = lambda value: [{"op": "test", "path": "/a", "value": value}]
python = lambda patch: json.dumps(patch)
javascript = lambda patch: subprocess.run(
    ["node", "-p", "JSON.stringify(JSON.parse(process.argv[1]))", json.dumps(patch)], capture_output=True, text=True, check=True
).stdout.strip()

for what, held, patch in [
    ('Python      test "a<b"', "a<b", python(tested("a<b"))),
    ('JavaScript  test "a<b"', "a<b", javascript(tested("a<b"))),
    ('Go          test "a<b"', "a<b", ""),
    ('Python      test "\u00fc"', "\u00fc", python(tested("\u00fc"))),
    ('JavaScript  test "\u00fc"', "\u00fc", javascript(tested("\u00fc"))),
    ("JavaScript  test 100, spelt 1e2", 100, '[{"op":"test","path":"/a","value":1e2}]'),
    ('JavaScript  test ["a<b"]', ["a<b"], javascript(tested(["a<b"]))),
    ("JavaScript  test /none for null", 1, javascript([{"op": "test", "path": "/none", "value": None}])),
    ('JavaScript  add "" {}', 1, javascript([{"op": "add", "path": "", "value": {}}])),
]:
    print(json.dumps({"What": what, "Object": {"a": held}, "Patch": patch}))
LOOK
./look < rows | tee seen
diff - seen <<'SEEN'
Python      test "a<b"            testing value /a failed: test failed
JavaScript  test "a<b"            testing value /a failed: test failed
Go          test "a<b"            equal
Python      test "ü"              testing value /a failed: test failed
JavaScript  test "ü"              equal
JavaScript  test 100, spelt 1e2   testing value /a failed: test failed
JavaScript  test ["a<b"]          testing value /a failed: test failed
JavaScript  test /none for null   equal
JavaScript  add "" {}             add operation does not apply: doc is missing path: "": missing value
SEEN
