#!/usr/bin/env bash
# @bufbuild/cel 0.6.1 beside @marcbachmann/cel-js 8.0.0 (npm): a member of a map whose value is null is there for `size` and `exists`, and is not for `has` and `in`.
#
# CEL's definition says that `has` of a map asks whether the key is in it, and so does cel-go. The engine reads a null for "no such member", of an object that it is given as of a map
# in the expression. A rule that lets pass what does not have a member, such as `!has(spec.user) || spec.user == "web"`, is then true of an object that says null
# there, and one that wants a null said, `has(spec.user) && spec.user == null`, is never true: in JSON patches and merge patches the two are different things.
#
# Seen (o is {"a": null, "b": 1}; @bufbuild/cel, @marcbachmann/cel-js):
#   size(o) == 2                   true   true
#   o.exists(k, k == "a")          true   true
#   o.a == null                    true   true
#   has(o.a)                       false  true
#   "a" in o                       false  true
#   "a" in {"a": null}             false  true
#   !has(o.a) || o.a == "web"      true   false
#   has(o.z)                       false  false
#
# Valid input: https://github.com/google/cel-spec/blob/master/doc/langdef.md#field-selection ("If e evaluates to a map, then has(e.f) indicates whether the string f is a key in the map")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @bufbuild/cel@0.6.1 @bufbuild/protobuf@2.17.0 @marcbachmann/cel-js@8.0.0

cat > look.mjs <<'LOOK'
import { isCelError, run } from '@bufbuild/cel';
import { evaluate } from '@marcbachmann/cel-js';

const bindings = { o: { a: null, b: 1 } };
for (const expression of [
  'size(o) == 2',
  'o.exists(k, k == "a")',
  'o.a == null',
  'has(o.a)',
  '"a" in o',
  '"a" in {"a": null}',
  '!has(o.a) || o.a == "web"',
  'has(o.z)',
]) {
  const value = run(expression, bindings);
  console.log(`${expression.padEnd(30)} ${String(isCelError(value) ? 'error' : value).padEnd(6)} ${evaluate(expression, bindings)}`);
}
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
size(o) == 2                   true   true
o.exists(k, k == "a")          true   true
o.a == null                    true   true
has(o.a)                       false  true
"a" in o                       false  true
"a" in {"a": null}             false  true
!has(o.a) || o.a == "web"      true   false
has(o.z)                       false  false
SEEN
