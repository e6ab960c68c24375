#!/usr/bin/env bash
# fast-json-patch 3.1.1 and rfc6902 5.4.0 (npm): of a date, as Kubernetes' JavaScript client gives one for each time of an object, `compare` makes a patch of its letters, and
# `createPatch` sees no change.
#
# A program reads an object through @kubernetes/client-node, which makes a Date of creationTimestamp and each other time, copies it, changes a label and sends what a library for
# JSON patches says is the difference. fast-json-patch takes the older Date for an empty list and the newer for a text, and adds each letter of a time that is the same:
# the API server refuses the whole patch. rfc6902 takes any two Dates for equal: a time that was set anew gives an empty patch, which the API server takes for done.
# Of the same objects through JSON both make the patch that was meant.
#
# Seen (a label changed, the time is the same):
#   fast-json-patch: 25 operations, first {"op":"add","path":"/metadata/creationTimestamp/0","value":"2"}
#   rfc6902: 1 operations, first {"op":"replace","path":"/metadata/labels/a","value":"2"}
#   through JSON, both: 1 operations, first {"op":"replace","path":"/metadata/labels/a","value":"2"}
# (the time changed):
#   rfc6902: 0 operations
#
# Valid input: https://github.com/Starcounter-Jack/JSON-Patch#jsonpatchcomparedocument1-any-document2-any-invertible--false-operation,
# https://github.com/chbrown/rfc6902#createpatchinput-any-output-any-diff-voidablediff-operation
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts fast-json-patch@3.1.1 rfc6902@5.4.0

cat > look.mjs <<'LOOK'
import assert from 'node:assert';
import fast from 'fast-json-patch';
import { createPatch } from 'rfc6902';

const read = (label, time) => ({ metadata: { labels: { a: label }, creationTimestamp: new Date(time) } });
const json = (object) => JSON.parse(JSON.stringify(object));
const tell = (who, patch) => console.log(`${who}: ${patch.length} operations${patch.length === 0 ? '' : `, first ${JSON.stringify(patch[0])}`}`);

const [before, relabelled, later] = [read('1', '2026-01-01T00:00:00Z'), read('2', '2026-01-01T00:00:00Z'), read('1', '2026-01-01T00:00:10Z')];
tell('fast-json-patch', fast.compare(before, relabelled));
tell('rfc6902', createPatch(before, relabelled));
const patch = fast.compare(json(before), json(relabelled));
assert.deepEqual(createPatch(json(before), json(relabelled)), patch);
tell('through JSON, both', patch);
tell('rfc6902', createPatch(before, later));
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
fast-json-patch: 25 operations, first {"op":"add","path":"/metadata/creationTimestamp/0","value":"2"}
rfc6902: 1 operations, first {"op":"replace","path":"/metadata/labels/a","value":"2"}
through JSON, both: 1 operations, first {"op":"replace","path":"/metadata/labels/a","value":"2"}
rfc6902: 0 operations
SEEN
