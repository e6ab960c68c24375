#!/usr/bin/env bash
# cloudevents 10.0.0 (npm, the SDK for JavaScript): data that is a number or a boolean is another value for the reader, or none, by the mode in which it was sent.
#
# A CloudEvent's JSON data may be any JSON value. Of a structured message the SDK keeps what JavaScript takes for true: 0, false and the empty text are gone, as if the event had no
# data, and are gone too where it is written again. Of a binary message whose body is a number or a boolean it gives the body's letters: false is the text "false", which is true in a
# condition. A text that is itself JSON is read twice. A producer that changes its mode, or a gateway between the two that does, changes what such an event says to
# whoever reads it by this SDK.
#
# Seen (data as sent, application/json; as read from a structured message, and from a binary one):
#   0          undefined    "0"
#   false      undefined    "false"
#   ""         undefined    ""
#   7          7            "7"
#   true       true         "true"
#   "7"        "7"          "7"
#   {"a":1}    {"a":1}      {"a":1}
#   written again, structured, of 0: no data
#
# Valid input: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data ("a JSON value"),
# https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#312-event-data-encoding ("placed into the HTTP message body as-is")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0

cat > look.mjs <<'LOOK'
import { HTTP } from 'cloudevents';

const attributes = { specversion: '1.0', id: '1', source: '/s', type: 't', time: '2026-01-01T00:00:00Z' };
const structured = (data) => ({
  headers: { 'content-type': 'application/cloudevents+json' },
  body: `${JSON.stringify({ ...attributes, datacontenttype: 'application/json' }).slice(0, -1)},"data":${data}}`,
});
const binary = (body) => ({
  headers: {
    'content-type': 'application/json',
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])),
  },
  body,
});

for (const data of ['0', 'false', '""', '7', 'true', '"7"', '{"a":1}']) {
  const [one, two] = [structured(data), binary(data)].map((message) => JSON.stringify(HTTP.toEvent(message).data) ?? 'undefined');
  console.log(`${data.padEnd(10)} ${one.padEnd(12)} ${two}`);
}
const written = JSON.parse(HTTP.structured(HTTP.toEvent(structured('0'))).body);
console.log(`written again, structured, of 0: ${'data' in written ? written.data : 'no data'}`);
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
0          undefined    "0"
false      undefined    "false"
""         undefined    ""
7          7            "7"
true       true         "true"
"7"        "7"          "7"
{"a":1}    {"a":1}      {"a":1}
written again, structured, of 0: no data
SEEN
