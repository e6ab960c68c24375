#!/usr/bin/env bash
# standardwebhooks 1.1.0 (PyPI) beside standardwebhooks 1.1.1 (npm): a webhook that is signed in Python with a time of another zone than UTC is refused everywhere, by the library that
# signed it too; and one signature of a version to come makes Python's `verify` raise an error of another kind.
#
# `sign` takes a datetime. One that has a zone means one instant, whatever the zone, and its `timestamp()` is what the header says; the library puts UTC in the zone's place and
# signs the hour of the clock on the wall. A sender in Tokyo signs nine hours ahead, in UTC (a test, a container) it signs right; a datetime without a zone, which Python
# reads as local time, is read as UTC likewise. The header of signatures is a list, so that schemes can be added: for one that has two commas, or none, JavaScript looks at the next,
# and Python raises ValueError, which is not WebhookVerificationError, though the good signature stands behind it.
#
# Seen (signed in Python; verified by Python, by JavaScript):
#   UTC                   taken                    taken
#   UTC+9                 WebhookVerificationError WebhookVerificationError
#   UTC, behind "v2,a,b"  ValueError               taken
#   UTC, behind "v2"      ValueError               taken
#   UTC, behind "v1a,x"   taken                    taken
#
# Valid input: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers ("space delimited list of signatures"),
# https://docs.python.org/3/library/datetime.html#aware-and-naive-objects
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts standardwebhooks@1.1.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check standardwebhooks==1.1.0

cat > look.py <<'LOOK'
import json
from datetime import datetime, timedelta, timezone

from standardwebhooks import Webhook

secret = "whsec_" + "c2VjcmV0" * 4
webhook = Webhook(secret)
now = datetime.now(timezone.utc)
for what, zone, before in [
    ("UTC", 0, ""),
    ("UTC+9", 9, ""),
    ('UTC, behind "v2,a,b"', 0, "v2,a,b "),
    ('UTC, behind "v2"', 0, "v2 "),
    ('UTC, behind "v1a,x"', 0, "v1a,x "),
]:
    time = now.astimezone(timezone(timedelta(hours=zone)))
    signature = before + webhook.sign("msg_1", time, "{}")
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(time.timestamp())), "webhook-signature": signature}
    try:
        webhook.verify("{}", headers)
        said = "taken"
    except Exception as error:
        said = type(error).__name__
    print(json.dumps([what, said, secret, headers]))
LOOK
cat > look.mjs <<'LOOK'
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

for (const line of readFileSync('signed', 'utf8').trim().split('\n')) {
  const [what, python, secret, headers] = JSON.parse(line);
  let said = 'taken';
  try {
    new Webhook(secret).verify('{}', headers);
  } catch (error) {
    said = error.name;
  }
  console.log(`${what.padEnd(21)} ${python.padEnd(24)} ${said}`);
}
LOOK

venv/bin/python look.py > signed
node look.mjs | tee seen
diff - seen <<'SEEN'
UTC                   taken                    taken
UTC+9                 WebhookVerificationError WebhookVerificationError
UTC, behind "v2,a,b"  ValueError               taken
UTC, behind "v2"      ValueError               taken
UTC, behind "v1a,x"   taken                    taken
SEEN
