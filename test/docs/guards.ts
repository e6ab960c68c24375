import type { GuardExample } from '../../src/policy/guards/guard.ts';
import { LIFTABLE } from '../../src/policy/guards/liftable.ts';
import { GUARDS } from '../../src/policy/guards/table.ts';

/** The reference page of the built-in guards, out of their table. */
export function guardsPage(): string {
  return `# Built-in guards

What would lead out of the gateway is closed by default, whatever a policy allows. An operator opens a guard by its id, for all callers and targets, or for some
(\`callers\`, \`targets\` and \`namespaces\` are those of a rule; what is left out does not narrow):

\`\`\`yaml
unsafe:
  openGuards:
    - host-path
    - { id: deletions, callers: [{ groups: [platform] }], targets: [lab], namespaces: ["preview-*"] }
\`\`\`

What is in no namespace (a node), or in every one (a list over all), is in none that an opening names; a namespace is in itself. Each opening is told at the start, in the
journal and as a metric. \`sallyport policy check\` and \`who-can\`, which tell what could be reached, take a guard that is open for some as open; \`policy explain\`
with \`--config\` takes it as it is.

A guard that needs to know something which could not be looked up, or a body that cannot be read, denies. A patch is judged by the object that it would make where
that can be looked up; where it cannot, by what the patch itself brings in, so that \`kubectl label\`, \`scale\` and \`set image\` need no look-up.

## What has a guard, and what is left to rules

A guard stands where a request that looks ordinary gives its caller what no rule has given: an identity of the cluster or of its cloud, a say in what others may do, a
node, the Secrets or the traffic of others, or the loss of what does not come back. It is about what Kubernetes itself serves, and what the platforms under it (EKS
with Karpenter, OpenShift) serve as their own.

Kinds of add-ons have none, whatever their controllers can do with a custom resource: run pods, make cloud resources, read Secrets, apply charts. Nobody can list them
all, and a list that is nearly whole is trusted as if it were. Silence denies them until a rule names them or a \`*\` reaches them; \`sallyport policy check\` warns of those that
are well known and of every \`*\`. Allow writing one only where its controller, or an admission policy of the cluster, keeps what it does within bounds. For the same
reason guards on pods know the kinds that Kubernetes and OpenShift make pods from, and no others.

Left to rules as well: evictions, and so \`kubectl drain\`, which evicts pod by pod; cordoning a node; labels of nodes; the labels of a namespace that is new. What runs in a
pod can read what the pod is given: whoever may run commands in it, or read its log, may come to read the Secrets that it mounts.

This page is made from the table of guards (\`npm run docs\` writes it; a test keeps the two equal, and runs both examples of each row).

${GUARDS.map(
  (guard) => `## \`${guard.id}\`

Covers ${guard.covers}. Why: ${guard.reason}.${guard.advice === '' ? '' : ` Instead: ${guard.advice}.`}

* stops \`${example(guard.stops)}\`
* passes \`${example(guard.passes)}\`
* ${LIFTED[LIFTABLE[guard.id]]}
`,
).join('\n')}`;
}

/** Who lifts a guard for one request. */
const LIFTED = {
  person: 'lifted for one request by a person whom a hold rule with `lifts` asks',
  two: 'lifted for one request by two persons whom a hold rule with `lifts` and `quorum: 2` asks, or by a signed yes (`signed: true`)',
  never: 'lifted by nobody’s yes',
} as const;

function example({ method, uri, body, caller, verb, podDangers }: GuardExample): string {
  const words = [verb ?? method, uri];
  if (body !== undefined) words.push(JSON.stringify(body));
  if (podDangers !== undefined) words.push(podDangers.length === 0 ? 'of an ordinary pod' : 'of a privileged pod');
  if (caller === 'person') words.push('by a person');
  return words.join(' ');
}
