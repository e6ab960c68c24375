"""Programs as people write them on Python's other clients: client.py lightkube|kr8s|kr8s-streams|kopf NAMESPACE

Each subcommand prints what came of it in a way that a second run prints again.
"""

import asyncio
import sys
import urllib.request


def with_lightkube(namespace):
    from lightkube import ApiError, Client
    from lightkube.models.meta_v1 import ObjectMeta
    from lightkube.resources.apps_v1 import Deployment
    from lightkube.resources.core_v1 import ConfigMap
    from lightkube.types import PatchType

    client = Client(namespace=namespace, field_manager="lightkube")
    labels = {"made-by": "lightkube"}
    print("created", client.create(ConfigMap(metadata=ObjectMeta(name="lightkube", labels=labels), data={"a": "1"})).data)
    for patch_type in (PatchType.STRATEGIC, PatchType.MERGE):
        patched = client.patch(ConfigMap, "lightkube", {"data": {patch_type.name: "2"}}, patch_type=patch_type)
        print("patched", sorted(patched.data))
    applied = ConfigMap(apiVersion="v1", kind="ConfigMap", metadata=ObjectMeta(name="lightkube"), data={"applied": "3"})
    print("applied", sorted(client.apply(applied, force=True).data))
    print("scale", client.get(Deployment.Scale, "app").spec.replicas)
    print("listed", [item.metadata.name for item in client.list(ConfigMap, labels=labels)])
    for event, found in client.watch(ConfigMap, labels=labels):
        print(event, found.metadata.name)
        if event == "DELETED":
            break
        client.delete(ConfigMap, "lightkube")
    print("log", *(line.strip() for line in client.log("lines", tail_lines=2)))
    for attempt in (lambda: client.get(ConfigMap, "missing"), lambda: client.delete(ConfigMap, "missing")):
        try:
            attempt()
        except ApiError as error:
            print(error.status.code, error.status.reason, error.status.message)


def with_kr8s(namespace):
    import kr8s
    from kr8s.objects import ConfigMap, Deployment

    print("server", kr8s.api().version()["major"], kr8s.api().version()["minor"])
    labels = {"made-by": "kr8s"}
    made = ConfigMap({"metadata": {"name": "kr8s", "namespace": namespace, "labels": labels}, "data": {"a": "1"}})
    made.create()
    made.patch({"data": {"b": "2"}})
    made.label(colour="red")
    made.annotate(note="none")
    made.patch([{"op": "remove", "path": "/data/a"}], type="json")
    print("made", dict(made.data), made.labels["colour"], made.exists())
    listed = kr8s.get("configmaps", namespace=namespace, label_selector="made-by=kr8s")
    print("listed", [found.name for found in listed])
    print("replicas", Deployment.get("app", namespace=namespace).replicas)
    made.delete()
    print("left", made.exists())
    try:
        ConfigMap.get("missing", namespace=namespace, timeout=1)
    except kr8s.NotFoundError as error:
        print("missing", error)


def streaming_with_kr8s(namespace):
    from kr8s.objects import Pod

    pod = Pod.get("web", namespace=namespace)
    done = pod.exec(["sh", "-c", "echo out; echo err >&2; exit 3"], check=False)
    print("exec", done.stdout, done.stderr, done.returncode)
    print("log", *Pod.get("lines", namespace=namespace).logs(tail_lines=2))
    with pod.portforward(remote_port=8080, local_port="auto") as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=120) as answer:
            print("forwarded", answer.status, answer.read())


def with_kopf(namespace):
    import kopf
    from kubernetes import client, config

    config.load_kube_config()
    core = client.CoreV1Api()
    seen = []
    stop = asyncio.Event()

    @kopf.on.create("configmaps", labels={"made-by": "kopf"})
    def made(name, patch, **_):
        seen.append(f"made {name}")
        patch.metadata.annotations["example.test/seen"] = "yes"
        return {"handled": True}

    @kopf.on.update("configmaps", labels={"made-by": "kopf"}, field="data")
    def changed(name, old, new, **_):
        seen.append(f"changed {name} {old} {new}")

    @kopf.on.delete("configmaps", labels={"made-by": "kopf"})
    def gone(name, **_):
        seen.append(f"gone {name}")

    async def until(holds):
        for _ in range(1200):
            if holds():
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(seen)

    def annotations():
        return core.read_namespaced_config_map("kopf", namespace).metadata.annotations or {}

    async def drive():
        body = {"metadata": {"name": "kopf", "labels": {"made-by": "kopf"}}, "data": {"a": "1"}}
        core.create_namespaced_config_map(namespace, body)
        await until(lambda: "example.test/seen" in annotations())
        core.patch_namespaced_config_map("kopf", namespace, {"data": {"a": "2"}})
        await until(lambda: len(seen) == 2)
        core.delete_namespaced_config_map("kopf", namespace)
        await until(lambda: len(seen) == 3)
        await until(lambda: not core.list_namespaced_config_map(namespace, label_selector="made-by=kopf").items)
        stop.set()

    async def both():
        await asyncio.gather(kopf.operator(namespace=namespace, standalone=True, stop_flag=stop), drive())

    asyncio.run(asyncio.wait_for(both(), 150))
    print(*seen, sep="\n")


COMMANDS = {"lightkube": with_lightkube, "kr8s": with_kr8s, "kr8s-streams": streaming_with_kr8s, "kopf": with_kopf}
if len(sys.argv) != 3 or sys.argv[1] not in COMMANDS:
    sys.exit("usage: client.py lightkube|kr8s|kr8s-streams|kopf NAMESPACE")
COMMANDS[sys.argv[1]](sys.argv[2])
