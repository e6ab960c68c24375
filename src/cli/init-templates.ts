interface ConfigValues {
  readonly kubeconfig: string;
  readonly context: string;
  readonly target: string;
  readonly issuer: string | undefined;
  readonly audience: string;
  readonly keysFile: string | undefined;
  readonly subjectPrefix: string;
}

/** The commented configuration that `sallyport init` writes. */
export const CONFIG_TEMPLATE = (
  values: ConfigValues,
): string => `# Sallyport's configuration. Every key: docs/reference/configuration.md. Paths are relative to this file.
apiVersion: sallyport.dev/v1
kind: Gateway

# Where callers connect. 127.0.0.1 is this machine only; 0.0.0.0 is every address.
listen:
  address: 127.0.0.1
  port: 8443

# /healthz, /readyz and /metrics, without authentication: keep it private.
private:
  address: 127.0.0.1
  port: 9090

# Without a certificate of your own, a local CA is made in dataFolder at first start.
# tls:
#   certificateFile: tls.crt
#   keyFile: tls.key

# Who issues your callers' tokens. Kubernetes sees the caller as subject.prefix + subject.
issuers:
  - name: main
    url: ${values.issuer === undefined ? 'https://issuer.example.com # <- your OIDC issuer: the `iss` claim of its tokens, exactly' : JSON.stringify(values.issuer)}
    audiences: [${JSON.stringify(values.audience)}]
${values.keysFile === undefined ? "    # keys: { file: jwks.json } # instead of OIDC discovery at the issuer's URL" : `    keys: { file: ${JSON.stringify(values.keysFile)} }`}
    subject: { claim: sub, prefix: ${JSON.stringify(values.subjectPrefix)} }
    groups: { claim: groups, prefix: "" }
    kind: autonomous

# What they reach: https://127.0.0.1:8445, and https://127.0.0.1:8443/k8s/${values.target} beside it.
targets:
  - name: ${values.target}
    kubeconfig:
      file: ${JSON.stringify(values.kubeconfig)}
      context: ${JSON.stringify(values.context)}
    # A port of its own, since some programs (\`kubectl proxy\`, \`kubectl get --raw\` before 1.35) lose a path in the server's URL.
    port: 8445
    # \`caller\`: the cluster sees the caller, by impersonation, and its own RBAC applies to the caller as well.
    # \`credential\`: the cluster sees the kubeconfig's own identity; only the policy here tells callers apart.
    upstreamIdentity: caller

policy:
  files: [policy]

# The control plane: grants, questions to persons, kills, and the console's pages. Off until this is uncommented; who, grants, approvals, explain and run ask it, at
# SALLYPORT_SERVER=https://localhost:8444, or where a context says (sallyport context set).
# console: { port: 8444 }

# Each caller has a rate that no kubectl, Helm or controller meets; what goes over it is refused with 429, and counted. The journal's disk is looked after: a warning
# below the one mark, nothing forwarded below the other.
# limits: { requestsPerCallerPerSecond: 200, requestsPerCallerBurstMax: 1000 }
# journal: { freeBytesWarn: 1073741824, freeBytesMin: 67108864 }
`;

/** The first policy that `sallyport init` writes: reading of what is not secret, and nothing else. */
export const POLICY_TEMPLATE = ({
  target,
}: {
  readonly target: string;
}): string => `# Who may do what. Rules are RBAC's own, with an effect; what no rule allows is denied. Every field: docs/reference/policy.md.
apiVersion: sallyport.dev/v1
kind: Policy
metadata:
  name: first
targets: [${target}]
callers:
  - issuers: [main] # <- everyone with a token of this issuer; narrow this to subjects or groups
rules:
  - id: read-workloads
    effect: allow
    verbs: [get, list, watch]
    apiGroups: ["", apps, batch]
    resources: [pods, pods/log, services, events, configmaps, deployments, replicasets, statefulsets, daemonsets, jobs, cronjobs]
  - id: never-delete-namespaces
    effect: deny
    verbs: [delete, deletecollection]
    apiGroups: [""]
    resources: [namespaces]
`;
