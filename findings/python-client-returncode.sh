#!/usr/bin/env bash
# kubernetes 37.0.2 (PyPI, the official Python client): `returncode` of an exec knows two ends only, success and an exit code; each other one raises an
# error that tells nothing of what the server said.
#
# The error channel of an exec carries a Status. `returncode` takes any that is no success for one with an exit code: it reads the first cause's message as a
# number. A kubelet that cannot start the command (a program that the image does not have) says an InternalError, whose first cause is the runtime's sentence; a
# proxy or admission that ends the stream says a Status without details; a connection that broke has said none. Three kinds of exception come of that, and
# kubectl prints the message of the first two.
#
# Seen:
#   success: 0
#   exit code: 17
#   not started: ValueError: invalid literal for int() with base 10: 'no such program'
#   ended: KeyError: 'details'
#   cut: TypeError: 'NoneType' object is not subscriptable
#
# Valid input: the statuses of k8s.io/apimachinery's NewInternalError and of the sub-protocol v4.channel.k8s.io
# (https://kubernetes.io/docs/reference/using-api/api-concepts/, KEP-4006).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2 websockets==15.0.1

cat > look.py <<'LOOK'
import json, threading
from kubernetes import client
from kubernetes.stream import stream
from websockets.sync.server import serve

failure = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
ends = {
    "success": {**failure, "status": "Success"},
    "exit code": {**failure, "reason": "NonZeroExitCode", "message": "command terminated with exit code 17",
                  "details": {"causes": [{"reason": "ExitCode", "message": "17"}]}},
    "not started": {**failure, "reason": "InternalError", "code": 500, "message": "Internal error occurred: no such program",
                    "details": {"causes": [{"message": "no such program"}]}},
    "ended": {**failure, "reason": "Forbidden", "code": 403, "message": "the session has ended"},
    "cut": None,
}

def answer(connection):
    said = ends[connection.request.path.split("/pods/")[1].split("/")[0].replace("-", " ")]
    connection.send(b"\x01output\n")
    if said is not None:
        connection.send(b"\x03" + json.dumps(said).encode())
    connection.close()

server = serve(answer, "127.0.0.1", 0, subprotocols=["v4.channel.k8s.io"])
threading.Thread(target=server.serve_forever, daemon=True).start()
configuration = client.Configuration()
configuration.host = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
core = client.CoreV1Api(client.ApiClient(configuration))
for end in ends:
    pod = end.replace(" ", "-")
    call = stream(core.connect_get_namespaced_pod_exec, pod, "default", command=["true"], stdout=True, stderr=True, _preload_content=False)
    call.run_forever(timeout=30)
    try:
        print(f"{end}: {call.returncode}")
    except Exception as error:
        print(f"{end}: {type(error).__name__}: {error}")
LOOK

venv/bin/python look.py | tee seen
diff - seen <<'SEEN'
success: 0
exit code: 17
not started: ValueError: invalid literal for int() with base 10: 'no such program'
ended: KeyError: 'details'
cut: TypeError: 'NoneType' object is not subscriptable
SEEN
