#!/usr/bin/env bash
# semver 7.8.6 (npm) beside github.com/Masterminds/semver/v3 v3.5.0, by which Helm reads the `kubeVersion` and the versions of dependencies of a chart: ranges that charts have are never true
# for the npm package, or are no ranges for it, which its `satisfies` says as false.
#
# A cluster of a provider has a version such as v1.33.4-eks-1a2b3c4, which is a pre-release by the rules of both, so charts write `>=1.25.0-0`: for Helm a range that itself names a
# pre-release takes them in all. For npm it takes in those of 1.25.0 alone, and the cluster is too old for the chart; with `includePrerelease` it agrees here, and then takes
# 2.0.0-rc.1 for `<2.0.0`, and a cluster of a provider for a chart that Helm refuses there. A comma and `!=` are nothing to npm: a tool that checks charts in
# JavaScript says that no version fits, and raises nothing.
#
# Seen (range, version; Helm's, npm's, npm's with includePrerelease):
#   >=1.25.0-0              v1.33.4-eks-1a2b3c4  true   false  true
#   ^1.25.0-0               v1.33.4-gke.100      true   false  true
#   *-0                     v1.33.4-gke.100      true   false  false
#   >=1.25.0                v1.33.4-eks-1a2b3c4  false  false  true
#   >=1.25.0, <2.0.0        v1.33.4              true   false  false
#   >=1.25.0 <2.0.0         v1.33.4              true   true   true
#   >=1.25.0 !=1.30.0       v1.33.4              true   false  false
#   <2.0.0                  v2.0.0-rc.1          false  false  true
#
# Valid input: https://helm.sh/docs/topics/charts/#the-kubeversion-field, https://github.com/Masterminds/semver#working-with-prerelease-versions
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts semver@7.8.6

cat > rows <<'ROWS'
>=1.25.0-0|v1.33.4-eks-1a2b3c4
^1.25.0-0|v1.33.4-gke.100
*-0|v1.33.4-gke.100
>=1.25.0|v1.33.4-eks-1a2b3c4
>=1.25.0, <2.0.0|v1.33.4
>=1.25.0 <2.0.0|v1.33.4
>=1.25.0 !=1.30.0|v1.33.4
<2.0.0|v2.0.0-rc.1
ROWS
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import semver from 'semver';

for (const row of readFileSync('rows', 'utf8').trim().split('\n')) {
  const [range, version] = row.split('|');
  console.log(`${String(semver.satisfies(version, range)).padEnd(6)} ${semver.satisfies(version, range, { includePrerelease: true })}`);
}
LOOK

mkdir go
cat > go/main.go <<'LOOK'
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/Masterminds/semver/v3"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		row := strings.Split(lines.Text(), "|")
		constraint, err := semver.NewConstraint(row[0])
		if err != nil {
			panic(err)
		}
		fmt.Printf("%-23s %-20s %-6v\n", row[0], row[1], constraint.Check(semver.MustParse(row[1])))
	}
}
LOOK
cat > go/go.mod <<'MOD'
module look

go 1.23

require github.com/Masterminds/semver/v3 v3.5.0
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
(cd go && go mod tidy 2> /dev/null && go build -o ../look .)

paste -d ' ' <(./look < rows) <(node look.mjs) | tee seen
diff - seen <<'SEEN'
>=1.25.0-0              v1.33.4-eks-1a2b3c4  true   false  true
^1.25.0-0               v1.33.4-gke.100      true   false  true
*-0                     v1.33.4-gke.100      true   false  false
>=1.25.0                v1.33.4-eks-1a2b3c4  false  false  true
>=1.25.0, <2.0.0        v1.33.4              true   false  false
>=1.25.0 <2.0.0         v1.33.4              true   true   true
>=1.25.0 !=1.30.0       v1.33.4              true   false  false
<2.0.0                  v2.0.0-rc.1          false  false  true
SEEN
