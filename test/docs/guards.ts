import type { GuardExample } from '../../src/policy/guards/guard.ts';
import { GUARDS } from '../../src/policy/guards/table.ts';

/** The reference page of the built-in guards, out of their table. */
export function guardsPage(): string {
  return `# Built-in guards

What would lead out of the gateway is closed by default, whatever a policy allows. An operator opens a guard by its id, for all callers and targets:

\`\`\`yaml
unsafe:
  openGuards: [host-path]
\`\`\`

A guard that needs to know something which could not be looked up, or a body that cannot be read, denies. A patch is judged by the object that it would make where
that can be looked up; where it cannot, by what the patch itself brings in, so that \`kubectl label\`, \`scale\` and \`set image\` need no look-up.

Guards on pods know the kinds that Kubernetes itself makes pods from. A custom resource whose controller makes pods is not among them: allow writing one only where its
controller, or an admission policy of the cluster, keeps its pods within bounds. Secrets that a workload mounts are read by whoever may run a command in it or read its log.

This page is made from the table of guards (\`npm run docs\` writes it; a test keeps the two equal, and runs both examples of each row).

${GUARDS.map(
  (guard) => `## \`${guard.id}\`

Covers ${guard.covers}. Why: ${guard.reason}.${guard.advice === '' ? '' : ` Instead: ${guard.advice}.`}

* stops \`${example(guard.stops)}\`
* passes \`${example(guard.passes)}\`
`,
).join('\n')}`;
}

function example({ method, uri, body, caller, verb, podDangers }: GuardExample): string {
  const words = [verb ?? method, uri];
  if (body !== undefined) words.push(JSON.stringify(body));
  if (podDangers !== undefined) words.push(podDangers.length === 0 ? 'of an ordinary pod' : 'of a privileged pod');
  if (caller === 'person') words.push('by a person');
  return words.join(' ');
}
