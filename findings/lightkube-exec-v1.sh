#!/usr/bin/env bash
# lightkube 1.0.1 (PyPI): a kubeconfig whose credential plugin speaks `client.authentication.k8s.io/v1` is refused.
#
# v1 is the version that has been stable since Kubernetes 1.22, and the newest one. With `v1beta1` in the same kubeconfig and the same program the client
# works; the answer's own `apiVersion` is not looked at. kubectl and client-go take both, and want the answer to name the version that the kubeconfig names.
#
# Seen:
#   v1: ConfigError auth exec api version client.authentication.k8s.io/v1 not implemented
#   v1beta1: Bearer from-the-plugin
#
# Valid input: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check lightkube==1.0.1

cat > plugin <<'PLUGIN'
#!/bin/sh
echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "from-the-plugin"}}'
PLUGIN
chmod +x plugin

cat > look.py <<'LOOK'
import http.server, os, threading
from lightkube import Client, KubeConfig
from lightkube.resources.core_v1 import ConfigMap

seen = []

class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers.get("Authorization"))
        body = b'{"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a", "namespace": "default"}}'
        self.send_response(200 if seen[-1] else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
for version in ["v1", "v1beta1"]:
    config = KubeConfig.from_dict({
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "default"}}],
        "users": [{"name": "u", "user": {"exec": {
            "apiVersion": f"client.authentication.k8s.io/{version}", "command": os.path.abspath("plugin"), "interactiveMode": "Never"}}}],
    })
    try:
        Client(config).get(ConfigMap, "a")
        print(f"{version}: {seen[-1]}")
    except Exception as error:
        print(f"{version}: {type(error).__name__} {error}")
LOOK

venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
v1: ConfigError auth exec api version client.authentication.k8s.io/v1 not implemented
v1beta1: Bearer from-the-plugin
SEEN
