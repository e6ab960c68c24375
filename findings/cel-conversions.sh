#!/usr/bin/env bash
# @bufbuild/cel 0.6.1 (npm) beside cel.dev/cel-go v0.32.0, which is what github.com/google/cel-go is called since then: texts that are no number, date or length of time
# become one.
#
# In CEL a conversion that cannot be done is an error, and an error makes a condition neither true nor false. The engine for JavaScript converts as JavaScript does: an
# empty text is 0, spaces are trimmed, hexadecimal is read, the thirtieth of February is the second of March and the hour 24 the next day. A condition such as
# `int(labels.level) < 3` or `duration(labels.ttl) < duration("1h")` is then true of a label that says nothing, where cel-go, and so Kubernetes, breaks off.
#
# Seen (JavaScript, Go):
#   int("") < 3                                            true   error
#   int(" 42 ") == 42                                      true   error
#   uint("0x10") == 16u                                    true   error
#   double("") < 1.0                                       true   error
#   duration("") < duration("1h")                          true   error
#   duration("-") < duration("1h")                         true   error
#   timestamp("2026-02-30T00:00:00Z").getMonth() == 2      true   error
#   timestamp("2026-01-01T24:00:00Z").getDayOfMonth() == 1 true   error
#   bool("T")                                              error  true
#
# Valid input: expressions of https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @bufbuild/cel@0.6.1 @bufbuild/protobuf@2.17.0

cat > expressions <<'EXPRESSIONS'
int("") < 3
int(" 42 ") == 42
uint("0x10") == 16u
double("") < 1.0
duration("") < duration("1h")
duration("-") < duration("1h")
timestamp("2026-02-30T00:00:00Z").getMonth() == 2
timestamp("2026-01-01T24:00:00Z").getDayOfMonth() == 1
bool("T")
EXPRESSIONS

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { isCelError, run } from '@bufbuild/cel';

for (const expression of readFileSync('expressions', 'utf8').trim().split('\n')) {
  const value = run(expression);
  console.log(isCelError(value) ? 'error' : String(value));
}
LOOK

mkdir go
cat > go/main.go <<'LOOK'
package main

import (
	"bufio"
	"fmt"
	"os"

	"cel.dev/cel-go/cel"
)

func main() {
	env, err := cel.NewEnv()
	if err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		ast, issues := env.Compile(lines.Text())
		if issues.Err() != nil {
			panic(issues.Err())
		}
		program, err := env.Program(ast)
		if err != nil {
			panic(err)
		}
		if value, _, err := program.Eval(cel.NoVars()); err != nil {
			fmt.Println("error")
		} else {
			fmt.Println(value.Value())
		}
	}
}
LOOK
cat > go/go.mod <<'MOD'
module look

go 1.23

require cel.dev/cel-go v0.32.0
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
(cd go && go mod tidy 2> /dev/null && go build -o ../look .)

paste -d '|' expressions <(node look.mjs) <(./look < expressions) | while IFS='|' read -r expression javascript go; do
  printf '%-54s %-6s %s\n' "$expression" "$javascript" "$go"
done | tee seen
diff - seen <<'SEEN'
int("") < 3                                            true   error
int(" 42 ") == 42                                      true   error
uint("0x10") == 16u                                    true   error
double("") < 1.0                                       true   error
duration("") < duration("1h")                          true   error
duration("-") < duration("1h")                         true   error
timestamp("2026-02-30T00:00:00Z").getMonth() == 2      true   error
timestamp("2026-01-01T24:00:00Z").getDayOfMonth() == 1 true   error
bool("T")                                              error  true
SEEN
