#!/usr/bin/env bash
# @marcbachmann/cel-js 8.0.0 (npm) beside @bufbuild/cel 0.6.1 (npm) and cel.dev/cel-go v0.32.0: `matches` reads its pattern as JavaScript does, so that patterns of CEL are false without an
# error, or an error, and patterns that CEL refuses are true.
#
# CEL's definition has RE2 for patterns. A rule of a custom resource that uses what RE2 has and JavaScript has not, a class such as `[[:alpha:]]`, a Unicode class or the anchors
# `\A` and `\z`, is false of each text in the one engine: JavaScript takes `\A` for the letter A and `[[:alpha:]]` for a set of signs and a bracket. Who tries such a rule there before it is
# put into a cluster sees an object refused that the API server takes, or taken, where the rule has a `!`. The other engine for JavaScript answers as Go's does.
#
# Seen (cel-js, @bufbuild/cel, cel-go):
#   "a".matches("^[[:alpha:]]$")    false  true   true
#   "a".matches("^\\pL$")           false  true   true
#   "web".matches("\\Aweb\\z")      false  true   true
#   !"web".matches("\\Aweb\\z")     true   false  false
#   "WEB".matches("(?i)web")        error  true   true
#   "web".matches("(?P<name>web)")  error  true   true
#   "aa".matches("(a)\\1")          true   error  error
#   "ab".matches("a(?=b)")          true   error  error
#   "web".matches("^w.b$")          true   true   true
#
# Valid input: https://github.com/google/cel-spec/blob/master/doc/langdef.md#regular-expressions, https://github.com/google/re2/wiki/Syntax
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @marcbachmann/cel-js@8.0.0 @bufbuild/cel@0.6.1 @bufbuild/protobuf@2.17.0

cat > expressions <<'EXPRESSIONS'
"a".matches("^[[:alpha:]]$")
"a".matches("^\\pL$")
"web".matches("\\Aweb\\z")
!"web".matches("\\Aweb\\z")
"WEB".matches("(?i)web")
"web".matches("(?P<name>web)")
"aa".matches("(a)\\1")
"ab".matches("a(?=b)")
"web".matches("^w.b$")
EXPRESSIONS

cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { isCelError, run } from '@bufbuild/cel';
import { evaluate } from '@marcbachmann/cel-js';

const said = (engine, expression) => {
  try {
    const value = engine(expression);
    return isCelError(value) ? 'error' : String(value);
  } catch {
    return 'error';
  }
};
for (const expression of readFileSync('expressions', 'utf8').trim().split('\n')) {
  console.log(`${expression.padEnd(31)} ${said(evaluate, expression).padEnd(6)} ${said(run, expression).padEnd(6)}`);
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
			fmt.Println("error")
			continue
		}
		program, err := env.Program(ast)
		if err != nil {
			fmt.Println("error")
			continue
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

paste -d ' ' <(node look.mjs) <(./look < expressions) | tee seen
diff - seen <<'SEEN'
"a".matches("^[[:alpha:]]$")    false  true   true
"a".matches("^\\pL$")           false  true   true
"web".matches("\\Aweb\\z")      false  true   true
!"web".matches("\\Aweb\\z")     true   false  false
"WEB".matches("(?i)web")        error  true   true
"web".matches("(?P<name>web)")  error  true   true
"aa".matches("(a)\\1")          true   error  error
"ab".matches("a(?=b)")          true   error  error
"web".matches("^w.b$")          true   true   true
SEEN
