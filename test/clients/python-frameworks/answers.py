"""What Python's other clients make of a no and of a wait: answers.py kr8s|lightkube NAMESPACE NAME

One thing is asked for after the other, as people write it, and each line that is printed names it: `create: done`, or what is raised.
"""

import sys

framework, namespace, who = sys.argv[1:]


def say(kind, *words):
    print(f"{kind}:", *words, flush=True)


def told(error):
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def kr8s_kinds():
    import kr8s
    from kr8s.objects import ConfigMap, Pod, Service

    def watching():
        for _ in kr8s.watch("services", namespace=namespace):
            break

    def made(name):
        return ConfigMap({"metadata": {"name": name, "namespace": namespace}})

    return {
        "get": lambda: Service.get("closed", namespace=namespace),
        "watch": watching,
        "create": lambda: made(f"{who}-new").create(),
        "delete": lambda: made(f"{who}-there").delete(),
        "exec": lambda: Pod.get("ticks", namespace=namespace).exec(["echo", "done"]),
    }


def lightkube_kinds():
    from lightkube import Client
    from lightkube.models.meta_v1 import ObjectMeta
    from lightkube.resources.core_v1 import ConfigMap, Service

    client = Client(namespace=namespace)

    def watching():
        for _ in client.watch(Service):
            break

    return {
        "get": lambda: client.get(Service, "closed"),
        "watch": watching,
        "create": lambda: client.create(ConfigMap(metadata=ObjectMeta(name=f"{who}-new"))),
        "delete": lambda: client.delete(ConfigMap, f"{who}-there"),
    }


def asking(kind, ask):
    try:
        ask()
        say(kind, "done")
    except BaseException as error:  # a task that is cancelled is none of Exception
        say(kind, "raises", told(error))
    say(kind, "over")


KINDS = {"kr8s": kr8s_kinds, "lightkube": lightkube_kinds}
for kind, ask in KINDS[framework]().items():
    asking(kind, ask)
