"""What the Python client makes of a no and of a wait: answers.py NAMESPACE NAME

Each thing is asked for in a thread of its own, as people write it, and each line that is printed names it: `create: done`, or what is raised.
"""

import json
import sys
import threading

from kubernetes import client, config, watch
from kubernetes.stream import stream

config.load_kube_config()
namespace, who = sys.argv[1:]


def core():
    """One for each: `stream` turns the client that it is given into one of WebSockets while it connects."""
    return client.CoreV1Api(client.ApiClient())


def say(kind, *words):
    print(f"{kind}:", *words, flush=True)


def told(error):
    if not isinstance(error, client.ApiException):
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    try:
        return f"ApiException {error.status} {error.reason}, body: {json.loads(error.body)['message']}"
    except (TypeError, ValueError, KeyError):
        return f"ApiException {error.status}, no body; reason: {error.reason}"


def watching():
    for _ in watch.Watch().stream(core().list_namespaced_service, namespace, timeout_seconds=1):
        pass


def executing():
    session = stream(
        core().connect_get_namespaced_pod_exec, "ticks", namespace, command=["echo", "done"], stdout=True, _preload_content=False
    )
    session.run_forever()
    return session.returncode


KINDS = {
    "get": lambda: core().read_namespaced_service("closed", namespace),
    "watch": watching,
    "create": lambda: core().create_namespaced_config_map(namespace, {"metadata": {"name": f"{who}-new"}}),
    "delete": lambda: core().delete_namespaced_config_map(f"{who}-there", namespace),
    "exec": executing,
}


def asking(kind, ask):
    try:
        ask()
        say(kind, "done")
    except Exception as error:
        say(kind, "raises", told(error))
    say(kind, "over")


for kind, ask in KINDS.items():
    threading.Thread(target=asking, args=(kind, ask)).start()
