#!/usr/bin/env bash
# cloudevents 10.0.0 (npm, the SDK for JavaScript) beside cloudevents 2.2.0 (PyPI, the SDK for Python): in binary mode the two write and read another attribute of the same message.
#
# In the HTTP binding a header's value is percent-encoded: what is not printable ASCII, the space, the double quote and the percent sign. The SDK for JavaScript neither encodes nor
# decodes. A subject that Python sends reaches a program in JavaScript as its letters, and one with a percent sign that JavaScript sends is decoded by
# Python into another: rules and subscriptions that compare subjects miss, and an event that goes through both is not the one that was sent. One that no header
# takes as it is cannot be sent at all.
#
# Seen (subject; as the other SDK reads it):
#   Python to JavaScript   a b     "a%20b"
#   Python to JavaScript   50%25   "50%2525"
#   Python to JavaScript   € 1     "%E2%82%AC%201"
#   JavaScript to Python   a b     "a b"
#   JavaScript to Python   50%25   "50%"
#   JavaScript to Python   € 1     ERR_INVALID_CHAR
#
# Valid input: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cloudevents==2.2.0

cat > write.py <<'LOOK'
import json
from cloudevents.core.bindings.http import to_binary_event
from cloudevents.core.v1.event import CloudEvent

for subject in ["a b", "50%25", "\u20ac 1"]:
    message = to_binary_event(CloudEvent({"id": "1", "source": "/s", "type": "t", "specversion": "1.0", "subject": subject}, None))
    print(json.dumps({"subject": subject, "headers": {name.lower(): value for name, value in message.headers.items()}}))
LOOK
cat > look.mjs <<'LOOK'
import { appendFileSync, readFileSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';

for (const line of readFileSync('by-python', 'utf8').trim().split('\n')) {
  const { subject, headers } = JSON.parse(line);
  console.log(`Python to JavaScript   ${subject.padEnd(7)} ${JSON.stringify(HTTP.toEvent({ headers, body: '' }).subject)}`);
  const written = HTTP.binary(new CloudEvent({ id: '1', source: '/s', type: 't', subject })).headers;
  let error;
  try {
    for (const [name, value] of Object.entries(written)) validateHeaderValue(name, value);
  } catch ({ code }) {
    error = code;
  }
  appendFileSync('by-javascript', `${JSON.stringify({ subject, headers: written, error })}\n`);
}
LOOK
cat > read.py <<'LOOK'
import json
from cloudevents.core.bindings.http import HTTPMessage, from_binary_event

for line in open("by-javascript"):
    sent = json.loads(line)
    said = sent.get("error") or json.dumps(from_binary_event(HTTPMessage(headers=sent["headers"], body=b"")).get_subject())
    print(f"JavaScript to Python   {sent['subject']:7} {said}")
LOOK
export PYTHONUTF8=1
venv/bin/python write.py > by-python
{
  node look.mjs
  venv/bin/python read.py
} | tee seen
diff - seen <<'SEEN'
Python to JavaScript   a b     "a%20b"
Python to JavaScript   50%25   "50%2525"
Python to JavaScript   € 1     "%E2%82%AC%201"
JavaScript to Python   a b     "a b"
JavaScript to Python   50%25   "50%"
JavaScript to Python   € 1     ERR_INVALID_CHAR
SEEN
