"""What Python's other clients make of the end of each stream: ends.py kr8s|lightkube|kopf NAMESPACE

Every stream is followed in a thread of its own, as people write it, and each line that is printed names it: `exec: started`, and then what
came of it.
"""

import asyncio
import importlib
import sys
import threading

framework, namespace = sys.argv[1:]
TICKS = ["sh", "-c", "while true; do echo tick; sleep 1; done"]


def say(kind, *words):
    print(f"{kind}:", *words, flush=True)


def told(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


class Started:
    """Takes what a command prints, and says once that something came."""

    def __init__(self, kind):
        self.kind = kind

    def write(self, _):
        if self.kind is not None:
            say(self.kind, "started")
        self.kind = None


def kr8s_exec():
    from kr8s.objects import Pod

    done = Pod.get("ticks", namespace=namespace).exec(TICKS, stdout=Started("exec"), capture_output=False)
    say("exec", "returns, returncode is", done.returncode)


def kr8s_log():
    from kr8s.objects import Pod

    for number, _ in enumerate(Pod.get("ticks", namespace=namespace).logs(follow=True)):
        if number == 0:
            say("log", "started")
    say("log", "the stream ends as a log does")


def kr8s_watch():
    import kr8s

    for _, found in kr8s.watch("configmaps", namespace=namespace, label_selector="watched=yes"):
        say("watch", "told", found.name)
    say("watch", "the stream ends")


def kr8s_forward():
    import socket

    from kr8s.objects import Pod

    with Pod.get("ticks", namespace=namespace).portforward(remote_port=7777, local_port="auto") as port:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.recv(4096)
        say("forward", "started")
        while connection.recv(4096):
            pass
        say("forward", "the connection ends in order")


def lightkube_client():
    from lightkube import Client

    return Client(namespace=namespace)


def lightkube_log():
    for number, _ in enumerate(lightkube_client().log("ticks", follow=True)):
        if number == 0:
            say("log", "started")
    say("log", "the stream ends as a log does")


def lightkube_watch():
    from lightkube.resources.core_v1 import ConfigMap

    for _, found in lightkube_client().watch(ConfigMap, labels={"watched": "yes"}):
        say("watch", "told", found.metadata.name)
    say("watch", "the stream ends")


def kopf_operator():
    import kopf

    @kopf.on.event("configmaps", labels={"watched": "yes"})
    def seen(name, **_):
        say("operator", "told", name)

    asyncio.run(kopf.operator(namespace=namespace, standalone=True))
    say("operator", "ends")


def following(kind, follow):
    try:
        follow()
    except BaseException as error:  # a task that is cancelled is none of Exception
        say(kind, "raises", told(error))
    say(kind, "over")


MODULES = {
    "kr8s": ["kr8s.objects"],
    "lightkube": ["lightkube", "lightkube.resources.core_v1"],
    "kopf": ["kopf"],
}
KINDS = {
    "kr8s": {"exec": kr8s_exec, "log": kr8s_log, "watch": kr8s_watch, "forward": kr8s_forward},
    "lightkube": {"log": lightkube_log, "watch": lightkube_watch},
    "kopf": {"operator": kopf_operator},
}
for module in MODULES[framework]:
    importlib.import_module(module)  # not by several threads at once
for kind, follow in KINDS[framework].items():
    threading.Thread(target=following, args=(kind, follow), daemon=True).start()
sys.stdin.read()
