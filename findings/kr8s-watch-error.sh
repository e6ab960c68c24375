#!/usr/bin/env bash
# kr8s 0.20.15 (PyPI): the ERROR event by which an API server ends a watch is taken for one more object of the kind that is watched.
#
# A watch that may not go on ends with an event whose object is a Status: 403 with its message here. kr8s makes a Pod of it and reads its resourceVersion, which a Status
# has none of: the program gets a KeyError of the library's own, and neither code nor message. lightkube and the official client raise their error with the message.
#
# Seen:
#   kr8s: ADDED web, then BoxKeyError: "'Box' object has no attribute 'resourceVersion'"
#   lightkube: ADDED web, then ApiError: the session has ended
#
# Valid input: https://kubernetes.io/docs/reference/kubernetes-api/definitions/watch-event-v1-meta/ ("If Type is Error: *Status is recommended")
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kr8s==0.20.15 lightkube==1.0.1

cat > look.py <<'LOOK'
import asyncio, http.server, json, threading, warnings
from urllib.parse import parse_qs, urlparse

warnings.simplefilter("ignore")
pod = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web", "namespace": "default", "uid": "1", "resourceVersion": "1"},
       "spec": {"containers": [{"name": "web", "image": "web"}]}}
status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Forbidden", "message": "the session has ended", "code": 403}
documents = {
    "/version": {"major": "1", "minor": "35", "gitVersion": "v1.35.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": [
        {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "watch"]}]},
}

class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        document = documents.get(url.path.rstrip("/"))
        if "watch" in parse_qs(url.query):
            body = "".join(json.dumps({"type": kind, "object": each}) + "\n" for kind, each in [("ADDED", pod), ("ERROR", status)])
        else:
            body = json.dumps(document or {**status, "reason": "NotFound", "message": "not found", "code": 404})
        self.send_response(200 if document or "watch" in url.query else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
config = {
    "apiVersion": "v1", "kind": "Config", "current-context": "c",
    "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "default"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
}
with open("config", "w") as file:
    json.dump(config, file)

async def by_kr8s():
    from kr8s.asyncio import api
    async for kind, each in (await api(kubeconfig="config")).watch("pods"):
        print(f"{kind} {each.name}, then ", end="")

def by_lightkube():
    from lightkube import Client, KubeConfig
    from lightkube.resources.core_v1 import Pod
    for kind, each in Client(KubeConfig.from_dict(config)).watch(Pod, namespace="default"):
        print(f"{kind} {each.metadata.name}, then ", end="")

for name, watch in [("kr8s", lambda: asyncio.run(by_kr8s())), ("lightkube", by_lightkube)]:
    print(f"{name}: ", end="")
    try:
        watch()
        print("an end")
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
LOOK

venv/bin/python look.py 2> /dev/null | tee seen
diff - seen <<'SEEN'
kr8s: ADDED web, then BoxKeyError: "'Box' object has no attribute 'resourceVersion'"
lightkube: ADDED web, then ApiError: the session has ended
SEEN
