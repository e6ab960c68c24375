#!/usr/bin/env bash
# lightkube 1.0.1 and kr8s 0.20.15 (PyPI; they read a watch by `iter_lines` of httpx2 and httpx) beside the official Python client 37.0.2: a "next line" character (U+0085) within an
# object ends their watch with a decoder's error.
#
# A watch is one JSON document a line, and JSON lets that character stand in a string as it is; Go's encoder, and so the API server, writes it so. `iter_lines` splits as Python's
# str.splitlines does, at eight more characters than line feed and carriage return. The event falls into two halves, the first of which is no JSON: what came before is seen, what
# comes after is not, and a watch begun anew without a resourceVersion meets the same object again. Of a log's line the same function makes two.
#
# Seen (three objects, the second with the character; what each client gave):
#   lightkube  a, then DecodeError
#   kr8s       a, then JSONDecodeError
#   official   a b c
#   log of lightkube, one line written: 2 lines
#
# Valid input: https://www.rfc-editor.org/rfc/rfc8259#section-7 (unescaped: %x20-21 / %x23-5B / %x5D-10FFFF)
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check lightkube==1.0.1 kr8s==0.20.15 kubernetes==37.0.2

cat > look.py <<'LOOK'
import asyncio, http.server, json, threading, warnings
from urllib.parse import urlparse

warnings.simplefilter("ignore")
NEXT_LINE = "one\u0085two"
documents = {
    "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": [
        {"name": "configmaps", "singularName": "configmap", "namespaced": True, "kind": "ConfigMap", "verbs": ["get", "list", "watch"]}]},
}

def event(name, text):
    metadata = {"name": name, "namespace": "default", "uid": name, "resourceVersion": "1"}
    return {"type": "ADDED", "object": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": {"text": text}}}

class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        if url.path.endswith("/log"):
            body = NEXT_LINE + "\n"
        elif "watch=" in url.query:
            body = "".join(json.dumps(event(*each), ensure_ascii=False) + "\n" for each in [("a", ""), ("b", NEXT_LINE), ("c", "")])
        else:
            body = json.dumps(documents.get(url.path.rstrip("/"), {"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {}, "items": []}))
        self.send_response(200)
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

def by_lightkube(told):
    from lightkube import Client, KubeConfig
    from lightkube.resources.core_v1 import ConfigMap
    for _, each in Client(KubeConfig.from_dict(config)).watch(ConfigMap, namespace="default"):
        told(each.metadata.name)

def by_kr8s(told):
    async def watch():
        from kr8s.asyncio import api
        async for _, each in (await api(kubeconfig="config")).watch("configmaps"):
            told(each.name)
    asyncio.run(watch())

def by_official(told):
    from kubernetes import client, config as loader, watch
    loader.load_kube_config("config")
    stream = watch.Watch()
    for each in stream.stream(client.CoreV1Api().list_namespaced_config_map, "default"):
        told(each["object"].metadata.name)
        if each["object"].metadata.name == "c":
            stream.stop()

for name, look in [("lightkube", by_lightkube), ("kr8s", by_kr8s), ("official", by_official)]:
    names = []
    try:
        look(lambda each: names.append(each) if len(names) < 3 else exit(1))
        end = ""
    except Exception as error:
        end = f", then {type(error).__name__}"
    print(f"{name:9}  {' '.join(names)}{end}")

from lightkube import Client, KubeConfig
print(f"log of lightkube, one line written: {len(list(Client(KubeConfig.from_dict(config)).log('web')))} lines")
LOOK
venv/bin/python look.py 2> /dev/null | tee seen
diff - seen <<'SEEN'
lightkube  a, then DecodeError
kr8s       a, then JSONDecodeError
official   a b c
log of lightkube, one line written: 2 lines
SEEN
