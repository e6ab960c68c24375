#!/usr/bin/env bash
# kubernetes 37.0.2 (PyPI, the official Python client) beside k8s.io/apimachinery v0.37.0 (Go): a Lease that the client has read, written back as it is, is refused where its time has no
# microseconds.
#
# A MicroTime (a Lease's `renewTime`, an Event's `eventTime`) has six digits behind the second. The client writes Python's isoformat, which has none where the microseconds are 0: the API
# server's own value, "…:00.000000Z", comes back as one that its type does not read. So does each time that a program makes of whole seconds, and of those of the clock one in a
# million: a leader that renews by such a time does it for months and is then refused, once. A time without microseconds (creationTimestamp) is not concerned.
#
# Seen (as the server has it, as the client writes it, what apimachinery's MicroTime makes of it):
#   2026-01-01T00:00:00.123456Z  2026-01-01T00:00:00.123456+00:00  read
#   2026-01-01T00:00:00.100000Z  2026-01-01T00:00:00.100000+00:00  read
#   2026-01-01T00:00:00.000000Z  2026-01-01T00:00:00+00:00         refused
#
# Valid input: https://kubernetes.io/docs/concepts/architecture/leases/ (the value of `spec.renewTime` there has six digits)
set -euo pipefail

folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2

cat > look.py <<'LOOK'
import http.server, json, threading
from kubernetes import client

class Server(http.server.BaseHTTPRequestHandler):
    def answer(self, lease):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(lease).encode())

    def do_GET(self):
        metadata = {"name": self.path.split("/")[-1], "namespace": "default", "resourceVersion": "1"}
        self.answer({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {"renewTime": self.server.time}})

    def do_PUT(self):
        lease = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(self.server.time, lease["spec"]["renewTime"])
        lease["spec"]["renewTime"] = self.server.time
        self.answer(lease)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration()
configuration.host = f"http://127.0.0.1:{server.server_port}"
leases = client.CoordinationV1Api(client.ApiClient(configuration))
for digits in ["123456", "100000", "000000"]:
    server.time = f"2026-01-01T00:00:00.{digits}Z"
    leases.replace_namespaced_lease("leader", "default", leases.read_namespaced_lease("leader", "default"))
LOOK
cat > main.go <<'LOOK'
package main

import (
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func main() {
	for {
		var held, written string
		if _, err := fmt.Scanln(&held, &written); err != nil {
			return
		}
		text, _ := json.Marshal(written)
		var read metav1.MicroTime
		said := "read"
		if err := json.Unmarshal(text, &read); err != nil {
			said = "refused"
		}
		fmt.Printf("%s  %-32s  %s\n", held, written, said)
	}
}
LOOK
cat > go.mod <<'MOD'
module look

go 1.26.0

require k8s.io/apimachinery v0.37.0
MOD
export GOFLAGS='-mod=mod -trimpath' GOMODCACHE=$folder/modules GOCACHE=${GOCACHE:-$folder/cache}
go mod tidy 2> /dev/null
go build -o look .
venv/bin/python look.py > written
./look < written | tee seen
diff - seen <<'SEEN'
2026-01-01T00:00:00.123456Z  2026-01-01T00:00:00.123456+00:00  read
2026-01-01T00:00:00.100000Z  2026-01-01T00:00:00.100000+00:00  read
2026-01-01T00:00:00.000000Z  2026-01-01T00:00:00+00:00         refused
SEEN
