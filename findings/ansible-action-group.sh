#!/usr/bin/env bash
# kubernetes.core 6.2.0 (Ansible 12.3.0, PyPI): `module_defaults` for `group/kubernetes.core.k8s` do not reach every module that changes a cluster.
#
# A playbook says once which cluster it means; k8s_info goes there, k8s_json_patch goes to the current context of the kubeconfig instead, without a word.
# The collection's list (meta/runtime.yml, action_groups) leaves k8s_json_patch, k8s_rollback and k8s_taint out.
#
# Seen:
#   k8s_info: the cluster that the group's defaults name
#   k8s_json_patch: the current context
#
# Valid input: https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_module_defaults.html#module-defaults-groups
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ansible-core==2.19.14 kubernetes==37.0.2
venv/bin/pip download --quiet --disable-pip-version-check --no-deps ansible==12.3.0
unzip -q ansible-12.3.0-*.whl 'ansible_collections/kubernetes/core/*'

cat > clusters.py <<'CLUSTERS'
import http.server, threading

class Cluster(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as file:
            file.write(self.server.name + "\n")
        self.send_error(503)

    def log_message(self, *_):
        pass

ports = []
for name in ["the cluster that the group's defaults name", "the current context"]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    server.name = name
    ports.append(server.server_port)
    threading.Thread(target=server.serve_forever).start()
print(*ports, flush=True)
CLUSTERS
mkfifo ports
venv/bin/python clusters.py > ports & server=$!
read -r meant current < ports

cat > kubeconfig <<KUBECONFIG
{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], users: [{name: u, user: {}}],
 clusters: [{name: c, cluster: {server: "http://127.0.0.1:$current"}}]}
KUBECONFIG

cat > playbook.yaml <<PLAYBOOK
- hosts: localhost
  connection: local
  gather_facts: false
  module_defaults:
    group/kubernetes.core.k8s: {host: "http://127.0.0.1:$meant"}
  tasks:
  - kubernetes.core.k8s_info: {kind: ConfigMap, name: a, namespace: default}
    tags: k8s_info
    ignore_errors: true
  - kubernetes.core.k8s_json_patch: {kind: ConfigMap, name: a, namespace: default, patch: [{op: remove, path: /data/a}]}
    tags: k8s_json_patch
    ignore_errors: true
PLAYBOOK

for module in k8s_info k8s_json_patch; do
  : > asked
  ANSIBLE_COLLECTIONS_PATH=$folder KUBECONFIG=$folder/kubeconfig HOME=$folder venv/bin/python -m ansible playbook -i localhost, \
    -e "ansible_python_interpreter=$folder/venv/bin/python" --tags "$module" playbook.yaml > output 2>&1 || { cat output; exit 1; }
  echo "$module: $(sort -u asked)"
done | tee seen
diff - seen <<'SEEN'
k8s_info: the cluster that the group's defaults name
k8s_json_patch: the current context
SEEN
