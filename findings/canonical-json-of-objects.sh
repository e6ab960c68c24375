#!/usr/bin/env bash
# json-canonicalize 3.0.1 beside canonicalize 4.0.0 (npm), both of RFC 8785 (canonical JSON): of an object that says itself how it is written (`toJSON`) the first does not sort the
# members, so that the two libraries, and two objects of the same content, have different canonical forms.
#
# A CloudEvent of the SDK for JavaScript has a toJSON, and so has Buffer. Who signs or hashes such an object as it is has signed the order in which its members were set; who
# verifies what was received as JSON, by the same library, finds another text. A property that is a function is written as the word `undefined` by both, which is
# no JSON at all; JSON.stringify leaves it out. The same objects through JSON are the same text for both.
#
# Seen (same: as of the object through JSON):
#   CloudEvent       json-canonicalize: other            canonicalize: same
#   Buffer           json-canonicalize: other            canonicalize: same
#   { b: 1, a() {} } json-canonicalize: {"a":undefined,"b":1} canonicalize: {"a":undefined,"b":1}
#   { b: 1, a: 2 }   json-canonicalize: same             canonicalize: same
#   CloudEvent as json-canonicalize writes it: {"id":"1"
#   CloudEvent as canonicalize writes it:      {"data":{
#
# Valid input: https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3 ("property name strings … MUST be sorted"); toJSON: https://tc39.es/ecma262/#sec-serializejsonproperty
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts json-canonicalize@3.0.1 canonicalize@4.0.0 cloudevents@10.0.0

cat > look.mjs <<'LOOK'
import canonicalize from 'canonicalize';
import { CloudEvent } from 'cloudevents';
import { canonicalize as jsonCanonicalize } from 'json-canonicalize';

const event = new CloudEvent({ type: 't', source: '/s', id: '1', time: '2026-01-01T00:00:00Z', data: { b: 1, a: 2 } });
const libraries = { 'json-canonicalize': jsonCanonicalize, canonicalize };
for (const [name, value] of [
  ['CloudEvent', event],
  ['Buffer', Buffer.from('a')],
  ['{ b: 1, a() {} }', { b: 1, a() {} }],
  ['{ b: 1, a: 2 }', { b: 1, a: 2 }],
]) {
  const told = Object.entries(libraries).map(([library, write]) => {
    const text = write(value);
    const isSame = text === write(JSON.parse(JSON.stringify(value)));
    return `${library}: ${isSame ? 'same' : text.includes('undefined') ? text : 'other'}`;
  });
  console.log(`${name.padEnd(16)} ${told[0].padEnd(35)} ${told[1]}`);
}
for (const [library, write] of Object.entries(libraries)) {
  console.log(`${`CloudEvent as ${library} writes it:`.padEnd(42)} ${write(event).slice(0, 9)}`);
}
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
CloudEvent       json-canonicalize: other            canonicalize: same
Buffer           json-canonicalize: other            canonicalize: same
{ b: 1, a() {} } json-canonicalize: {"a":undefined,"b":1} canonicalize: {"a":undefined,"b":1}
{ b: 1, a: 2 }   json-canonicalize: same             canonicalize: same
CloudEvent as json-canonicalize writes it: {"id":"1"
CloudEvent as canonicalize writes it:      {"data":{
SEEN
