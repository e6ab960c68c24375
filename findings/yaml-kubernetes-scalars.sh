#!/usr/bin/env bash
# yaml 2.9.1 (npm) beside sigs.k8s.io/yaml v1.6.0, by which kubectl and Helm read manifests: neither of the versions that the npm package knows is Kubernetes' YAML.
#
# Kubernetes' reader takes the scalars of YAML 1.1, but not its sixties and its dates, and of 1.2 the octal. A tool that checks or edits manifests with the package's default
# (1.2) reads `yes` as a text where Kubernetes reads true, and 0777 as 777; with `version: '1.1'` it reads a time of day as a number, a day as a Date and the
# octal of 1.2 as a text. In its 1.1, a full stop alone and `0_` are NaN: of no text is that said by YAML.
#
# Seen (text, package's 1.2, package's 1.1, Kubernetes):
#   yes          "yes"         true         true
#   0777         777           511          511
#   1_000        "1_000"       1000         1000
#   0o17         15            "0o17"       15
#   22:30        "22:30"       1350         "22:30"
#   2001-01-01   "2001-01-01"  a Date       "2001-01-01"
#   .            "."           NaN          "."
#   0_           "0_"          NaN          0
#
# Valid input: https://yaml.org/type/ and https://yaml.org/spec/1.2.2/#103-core-schema
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts yaml@2.9.1

printf '%s\n' yes 0777 1_000 0o17 22:30 2001-01-01 . 0_ > texts

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const told = (value) => (value instanceof Date ? 'a Date' : Number.isNaN(value) ? 'NaN' : JSON.stringify(value));
for (const text of readFileSync('texts', 'utf8').trim().split('\n'))
  console.log(`${told(parse(`a: ${text}`).a)}|${told(parse(`a: ${text}`, { version: '1.1' }).a)}`);
LOOK

mkdir go
cat > go/main.go <<'LOOK'
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var read struct{ A json.RawMessage }
		if err := yaml.Unmarshal([]byte("a: "+lines.Text()), &read); err != nil {
			panic(err)
		}
		fmt.Println(string(read.A))
	}
}
LOOK
cat > go/go.mod <<'MOD'
module look

go 1.23

require sigs.k8s.io/yaml v1.6.0
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
(cd go && go mod tidy 2> /dev/null && go build -o ../look .)

paste -d '|' texts <(node look.mjs) <(./look < texts) | while IFS='|' read -r text newer older kubernetes; do
  printf '%-12s %-13s %-12s %s\n' "$text" "$newer" "$older" "$kubernetes"
done | tee seen
diff - seen <<'SEEN'
yes          "yes"         true         true
0777         777           511          511
1_000        "1_000"       1000         1000
0o17         15            "0o17"       15
22:30        "22:30"       1350         "22:30"
2001-01-01   "2001-01-01"  a Date       "2001-01-01"
.            "."           NaN          "."
0_           "0_"          NaN          0
SEEN
