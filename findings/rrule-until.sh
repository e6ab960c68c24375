#!/usr/bin/env bash
# rrule 2.8.1 beside rrule-temporal 2.2.8 (npm) and python-dateutil 4.0.0 (PyPI): a rule with a time zone ends at another occurrence for rrule, one too early east of Greenwich and one too
# late west of it; and in the hour that summer time leaves out the three have three answers.
#
# The end of a rule (`UNTIL`) is in UTC where its start has a time zone. rrule compares it with the clock on the wall: of a window at noon in Berlin that ends on the tenth at 11:00 UTC, which
# is that day's noon, the last one is lost, and of one in New York that ends on the tenth at 13:00 UTC, before that day's noon, there is one more, after its end. The other two read
# the same text as the standard has it. A time that does not exist on the day of the change is to be read with the offset before the gap, so 02:30 is 01:30 UTC: rrule gives
# an hour too early, rrule-temporal leaves the day out and has, for a count of three, one on the day behind the last.
#
# Seen (rule; rrule, rrule-temporal, dateutil, in UTC):
#   Berlin, daily at 12:00 from 2026-01-08, UNTIL=20260110T110000Z
#     01-08T11:00 01-09T11:00
#     01-08T11:00 01-09T11:00 01-10T11:00
#     01-08T11:00 01-09T11:00 01-10T11:00
#   New_York, daily at 12:00 from 2026-01-08, UNTIL=20260110T130000Z
#     01-08T17:00 01-09T17:00 01-10T17:00
#     01-08T17:00 01-09T17:00
#     01-08T17:00 01-09T17:00
#   Berlin, daily at 02:30 from 2026-03-28, COUNT=3
#     03-28T01:30 03-29T00:30 03-30T00:30
#     03-28T01:30 03-30T00:30 03-31T00:30
#     03-28T01:30 03-29T01:30 03-30T00:30
#
# Valid input: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10 (UNTIL: "specified as a date with UTC time"), https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5 ("the UTC offset before the gap")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts rrule@2.8.1 rrule-temporal@2.2.8
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-dateutil==4.0.0 tzdata==2026.6

cat > rules.json <<'RULES'
[
  ["Berlin, daily at 12:00 from 2026-01-08, UNTIL=20260110T110000Z", "DTSTART;TZID=Europe/Berlin:20260108T120000\nRRULE:FREQ=DAILY;UNTIL=20260110T110000Z"],
  ["New_York, daily at 12:00 from 2026-01-08, UNTIL=20260110T130000Z", "DTSTART;TZID=America/New_York:20260108T120000\nRRULE:FREQ=DAILY;UNTIL=20260110T130000Z"],
  ["Berlin, daily at 02:30 from 2026-03-28, COUNT=3", "DTSTART;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3"]
]
RULES
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import rrule from 'rrule';
import { RRuleTemporal } from 'rrule-temporal';

const python = readFileSync('python', 'utf8').split('\n');
for (const [index, [what, rule]] of JSON.parse(readFileSync('rules.json', 'utf8')).entries()) {
  const shown = (times) => `  ${times.map((time) => time.slice(5, 16)).join(' ')}`;
  console.log(what);
  console.log(shown(rrule.rrulestr(rule).all().map((date) => date.toISOString())));
  console.log(shown(new RRuleTemporal({ rruleString: rule }).all().map((time) => time.toInstant().toString())));
  console.log(shown(python[index].split(' ')));
}
LOOK
cat > look.py <<'LOOK'
import json
from datetime import timezone

from dateutil.rrule import rrulestr

for _, rule in json.load(open("rules.json")):
    print(*(time.astimezone(timezone.utc).isoformat() for time in rrulestr(rule)))
LOOK

venv/bin/python look.py > python
TZ=UTC node look.mjs | tee seen
diff - seen <<'SEEN'
Berlin, daily at 12:00 from 2026-01-08, UNTIL=20260110T110000Z
  01-08T11:00 01-09T11:00
  01-08T11:00 01-09T11:00 01-10T11:00
  01-08T11:00 01-09T11:00 01-10T11:00
New_York, daily at 12:00 from 2026-01-08, UNTIL=20260110T130000Z
  01-08T17:00 01-09T17:00 01-10T17:00
  01-08T17:00 01-09T17:00
  01-08T17:00 01-09T17:00
Berlin, daily at 02:30 from 2026-03-28, COUNT=3
  03-28T01:30 03-29T00:30 03-30T00:30
  03-28T01:30 03-30T00:30 03-31T00:30
  03-28T01:30 03-29T01:30 03-30T00:30
SEEN
