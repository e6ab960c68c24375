#!/usr/bin/env bash
# just-diff 6.0.2 (npm), `jsonPatchPathConverter`, beside rfc6902 5.4.0 and fast-json-patch 3.1.1: a JSON patch for a label or annotation with a prefix, as Kubernetes' own have one, names
# another place.
#
# In a JSON Pointer a `/` within a key is `~1` and a `~` is `~0`. The converter, which the library has for JSON patches, joins the keys as they are: of `app.kubernetes.io/name` it makes
# two steps. The API server refuses such a patch as a rule, because there is no place of the first step's name; where there is one, as in an object of any shape (a
# ConfigMap's JSON, a custom resource), it is changed instead, and a `~1` in a key becomes a slash, in silence.
#
# Seen (before, after; the path that just-diff makes, what comes of it; the path of the two others):
#   {"labels":{"app.kubernetes.io/name":"a"}} {"labels":{"app.kubernetes.io/name":"b"}}
#     /labels/app.kubernetes.io/name    MissingError
#     /labels/app.kubernetes.io~1name
#   {"web/port":1,"web":{"port":2}} {"web/port":3,"web":{"port":2}}
#     /web/port                         {"web/port":1,"web":{"port":3}}
#     /web~1port
#   {} {"a~1b":1}
#     /a~1b                             {"a/b":1}
#     /a~01b
#
# Valid input: https://www.rfc-editor.org/rfc/rfc6901#section-3; the converter: https://github.com/angus-c/just/tree/master/packages/collection-diff
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts just-diff@6.0.2 rfc6902@5.4.0 fast-json-patch@3.1.1

cat > look.mjs <<'LOOK'
import fast from 'fast-json-patch';
import { diff, jsonPatchPathConverter } from 'just-diff';
import { applyPatch, createPatch } from 'rfc6902';

for (const [before, after] of [
  [{ labels: { 'app.kubernetes.io/name': 'a' } }, { labels: { 'app.kubernetes.io/name': 'b' } }],
  [{ 'web/port': 1, web: { port: 2 } }, { 'web/port': 3, web: { port: 2 } }],
  [{}, { 'a~1b': 1 }],
]) {
  const patch = diff(before, after, jsonPatchPathConverter);
  const changed = structuredClone(before);
  const [error] = applyPatch(changed, patch);
  console.log(JSON.stringify(before), JSON.stringify(after));
  console.log(`  ${patch[0].path.padEnd(33)} ${error?.name ?? JSON.stringify(changed)}`);
  console.log(`  ${[...new Set([createPatch(before, after)[0].path, fast.compare(before, after)[0].path])].join(' ')}`);
}
LOOK

node look.mjs | tee seen
diff - seen <<'SEEN'
{"labels":{"app.kubernetes.io/name":"a"}} {"labels":{"app.kubernetes.io/name":"b"}}
  /labels/app.kubernetes.io/name    MissingError
  /labels/app.kubernetes.io~1name
{"web/port":1,"web":{"port":2}} {"web/port":3,"web":{"port":2}}
  /web/port                         {"web/port":1,"web":{"port":3}}
  /web~1port
{} {"a~1b":1}
  /a~1b                             {"a/b":1}
  /a~01b
SEEN
