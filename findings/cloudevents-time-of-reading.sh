#!/usr/bin/env bash
# cloudevents 10.0.0 (npm, the SDK for JavaScript): an event that was sent without a time has the time at which it is read, as if the sender had said it.
#
# `time` is optional, and says when it happened. `HTTP.toEvent` fills it in from the reader's clock: a program cannot tell an event without a time from one with, two readings of
# the same message are two different events, and an event that is passed on carries the invented time to the next reader, within what is signed or hashed there. A
# consumer that sorts or audits by `time` has, for each producer that says none, the order of arrival, and after a replay the hour of the replay.
# `data` that is null, which JSON has as a value, is gone from the same event.
#
# Seen (as received; as read; as written again):
#   structured, no time      read: a time of this minute, written: that time
#   binary, no time          read: a time of this minute, written: that time
#   structured, "data":null  read: data undefined, written: no data
#   two readings of one message: different times
#
# Valid input: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#time (OPTIONAL)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0

cat > look.mjs <<'LOOK'
import { HTTP } from 'cloudevents';

const attributes = { specversion: '1.0', id: '1', source: '/s', type: 't' };
const structured = { headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify({ ...attributes, data: null }) };
const binary = { headers: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])), body: '' };

for (const [what, message] of Object.entries({ structured, binary })) {
  const event = HTTP.toEvent(message);
  const isNow = Math.abs(Date.now() - Date.parse(event.time)) < 60_000;
  const written = JSON.parse(HTTP.structured(event).body).time;
  console.log(`${`${what}, no time`.padEnd(24)} read: ${isNow ? 'a time of this minute' : event.time}, written: ${written === event.time ? 'that time' : written}`);
}
const event = HTTP.toEvent(structured);
console.log(`structured, "data":null  read: data ${event.data}, written: ${'data' in JSON.parse(HTTP.structured(event).body) ? 'data' : 'no data'}`);
await new Promise((resolve) => setTimeout(resolve, 10));
console.log(`two readings of one message: ${HTTP.toEvent(structured).time === event.time ? 'the same time' : 'different times'}`);
LOOK
node look.mjs | tee seen
diff - seen <<'SEEN'
structured, no time      read: a time of this minute, written: that time
binary, no time          read: a time of this minute, written: that time
structured, "data":null  read: data undefined, written: no data
two readings of one message: different times
SEEN
