"""What the Python client makes of the end of each stream: ends.py NAMESPACE

Every stream is followed in a thread of its own, as people write it, and each line that is printed names it: `exec: started`, and then what
came of it.
"""

import sys
import threading

from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream

config.load_kube_config()
namespace = sys.argv[1]
TICKS = ["sh", "-c", "while true; do echo tick; sleep 1; done"]


def core():
    """One for each stream: `stream` turns the client that it is given into one of WebSockets while it connects."""
    return client.CoreV1Api(client.ApiClient())


def say(kind, *words):
    print(f"{kind}:", *words, flush=True)


def told(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def connected(kind, connect, **options):
    session = stream(connect, "ticks", namespace, stdout=True, stderr=True, _preload_content=False, **options)
    session.readline_stdout()
    say(kind, "started")
    session.run_forever()
    try:
        say(kind, "run_forever returns, returncode is", session.returncode)
    except Exception as error:
        say(kind, "run_forever returns, returncode raises", told(error))


def executing():
    connected("exec", core().connect_get_namespaced_pod_exec, command=TICKS)


def executing_whole():
    say("exec-whole", "started")
    output = stream(core().connect_get_namespaced_pod_exec, "ticks", namespace, command=TICKS, stdout=True, stderr=True)
    say("exec-whole", "stream returns the output so far" if output.startswith("tick") else f"stream returns {output!r}")


def attaching():
    connected("attach", core().connect_get_namespaced_pod_attach)


def logs():
    lines = core().read_namespaced_pod_log("ticks", namespace, follow=True, _preload_content=False)
    for number, _ in enumerate(lines.stream()):
        if number == 0:
            say("log", "started")
    say("log", "the stream ends as a log does")


def watching():
    for event in watch.Watch().stream(core().list_namespaced_config_map, namespace, label_selector="watched=yes"):
        say("watch", "told", event["object"].metadata.name)
    say("watch", "the stream ends")


def forwarding():
    tunnel = portforward(core().connect_get_namespaced_pod_portforward, "ticks", namespace, ports="7777")
    socket = tunnel.socket(7777)
    socket.setblocking(True)
    socket.recv(4096)
    say("forward", "started")
    while socket.recv(4096):
        pass
    say("forward", "the connection ends in order, error() is", tunnel.error(7777))


def following(kind, follow):
    try:
        follow()
    except Exception as error:
        say(kind, "raises", told(error))
    say(kind, "over")


KINDS = {
    "exec": executing,
    "exec-whole": executing_whole,
    "attach": attaching,
    "log": logs,
    "watch": watching,
    "forward": forwarding,
}
for kind, follow in KINDS.items():
    threading.Thread(target=following, args=(kind, follow), daemon=True).start()
sys.stdin.read()
