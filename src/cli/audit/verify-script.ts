/**
 * What checks a bundle's `journal.jsonl` without any program of ours: each line's hash is SHA-256 over the hash before it and the line up to `,"hash"`. It prints the last,
 * which stands in `index.html`, and which a checkpoint that somebody else keeps goes on from.
 */
export const VERIFY_SCRIPT = `#!/usr/bin/env python3
"""Checks that no line of journal.jsonl was changed, left out or moved, and the digests of the other files. Needs Python 3 alone."""
import hashlib, json, pathlib, re, sys

folder = pathlib.Path(__file__).resolve().parent
for line in (folder / "SHA256SUMS").read_text().splitlines():
    digest, name = line.split("  ", 1)
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
        sys.exit(f"{name}: these are not the bytes that were gathered")
previous, number, count, gone = None, None, 0, 0
with open(folder / "journal.jsonl", "rb") as lines:
    for line in lines:
        line = line.rstrip(b"\\n")
        event = json.loads(line)
        if "gone" in event:  # let go by a rule: what follows them goes on from the last of them
            if number is not None and event["gone"][0] != number:
                sys.exit(f"event {number} is missing")
            previous, number = event["chain"].encode(), event["gone"][1] + 1
            gone += event["gone"][1] - event["gone"][0] + 1
            continue
        if previous is None:  # the first line says itself what it follows
            previous, number = event["previous"].encode(), event["seq"]
        payload, found = line[:-75], re.fullmatch(rb',"hash":"([0-9a-f]{64})"\\}', line[-75:])
        if found is None or event["seq"] != number or hashlib.sha256(previous + payload).hexdigest().encode() != found[1]:
            sys.exit(f"event {number}: these are not the bytes that were written")
        previous, number, count = found[1], number + 1, count + 1
if gone:
    print(f"{gone} events are not here; events of the type retention.applied say which rules let go")
print(f"{count} events hold, up to event {number - 1}; the last hash is {previous.decode()}")
`;
