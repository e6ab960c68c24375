"""A program as people write them on the Python client: client.py objects|watch|exec|logs|forward|errors NAMESPACE

Each subcommand prints what came of it in a way that a second run prints again.
"""

import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.stream import portforward, stream

config.load_kube_config()
core = client.CoreV1Api()


def objects(namespace):
    version = client.VersionApi().get_code()
    print("server", version.major, version.minor)
    body = {"metadata": {"name": "python", "labels": {"made-by": "python"}}, "data": {"a": "1"}}
    made = core.create_namespaced_config_map(namespace, body)
    print("created", made.metadata.name, made.data)
    made.data["b"] = "2"
    print("replaced", core.replace_namespaced_config_map("python", namespace, made).data)
    print("patched", core.patch_namespaced_config_map("python", namespace, {"data": {"c": "3"}}).data)
    json_patch = [{"op": "remove", "path": "/data/a"}]
    print("json-patched", core.patch_namespaced_config_map("python", namespace, json_patch).data)
    untyped = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version="v1", kind="ConfigMap")
    print("read", dict(untyped.get(name="python", namespace=namespace).data))
    listed = core.list_namespaced_config_map(namespace, label_selector="made-by=python")
    print("listed", [item.metadata.name for item in listed.items])
    deleted = core.delete_namespaced_config_map("python", namespace)
    print("deleted", core.api_client.sanitize_for_serialization(deleted)["status"])


def watching(namespace):
    def make(name):
        core.create_namespaced_config_map(namespace, {"metadata": {"name": name, "labels": {"made-by": "python-watch"}}})

    make("watch-before")
    told = watch.Watch()
    gone = []
    selector = "made-by=python-watch"
    for event in told.stream(core.list_namespaced_config_map, namespace, label_selector=selector, timeout_seconds=150):
        name = event["object"].metadata.name
        if event["type"] == "DELETED":
            gone.append(name)
            if len(gone) == 2:
                told.stop()
            continue
        print(event["type"], name)
        if (event["type"], name) == ("ADDED", "watch-before"):
            make("watch-after")
        else:
            core.delete_collection_namespaced_config_map(namespace, label_selector="made-by=python-watch")
    print("DELETED", *sorted(gone))


def executing(namespace):
    command = ["sh", "-c", "read line; echo got $line; echo err >&2; exit 3"]
    session = stream(
        core.connect_get_namespaced_pod_exec, "web", namespace,
        command=command, stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False,
    )
    session.write_stdin("hello\n")
    session.run_forever(timeout=150)
    print(session.read_stdout().strip(), session.read_stderr().strip(), session.returncode)


def logs(namespace):
    print(core.read_namespaced_pod_log("lines", namespace, tail_lines=2))


def forward(namespace):
    tunnel = portforward(core.connect_get_namespaced_pod_portforward, "web", namespace, ports="8080")
    socket = tunnel.socket(8080)
    socket.setblocking(True)
    socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while chunk := socket.recv(4096):
        answer += chunk
    print(answer.split(b"\r\n")[0].decode(), answer.rsplit(b"\r\n\r\n", 1)[1].decode())


def errors(namespace):
    attempts = [
        lambda: core.read_namespaced_config_map("missing", namespace),
        lambda: core.create_namespaced_config_map(namespace, {"metadata": {"name": "Not_A_Name"}}),
        lambda: core.read_node("system:node:none"),
    ]
    for attempt in attempts:
        try:
            attempt()
        except client.ApiException as error:
            print(error.status, error.reason, json.loads(error.body)["message"])


COMMANDS = {"objects": objects, "watch": watching, "exec": executing, "logs": logs, "forward": forward, "errors": errors}
if len(sys.argv) != 3 or sys.argv[1] not in COMMANDS:
    sys.exit("usage: client.py objects|watch|exec|logs|forward|errors NAMESPACE")
COMMANDS[sys.argv[1]](sys.argv[2])
