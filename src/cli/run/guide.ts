/* What a run tells: to the person in lines, to the program in a page that a variable names. */
import { escapeControl } from '../escape-control.ts';
import type { Reach } from './reach.ts';

/** What became of one scope. */
export interface ScopeOutcome {
  /** As it was written; empty for all that the giver may. */
  readonly text: string;
  readonly target: string;
  readonly reach: Reach;
  /** The grant that was given for it. */
  readonly grant?: { readonly id: string; readonly endsAt: string } | undefined;
  /** Why no grant was given, in the gateway's words. */
  readonly notGranted?: string | undefined;
}

/** What a run is. */
export interface RunFacts {
  readonly task: string;
  readonly subject: string;
  readonly targets: readonly string[];
  readonly endsAt: string;
  readonly outcomes: readonly ScopeOutcome[];
  readonly isScoped: boolean;
  readonly sandbox: string;
}

/** The lines for the person, before the program starts. */
export function summaryLines({ targets, endsAt, outcomes, isScoped, sandbox }: RunFacts): readonly string[] {
  const head = `the program reaches ${targets.join(', ')} until ${endsAt}${sandbox === '' ? '' : `, ${sandbox}`}`;
  if (!isScoped) return [head, 'no --scope: it may do there whatever you may as a program'];
  return [head, ...outcomes.flatMap((outcome) => outcomeLines(outcome, endsAt))].map(escapeControl);
}

/** `runEndsAt`: a grant of a run ends with it, however much later its rule would let it. */
function outcomeLines({ reach, grant, notGranted, target }: ScopeOutcome, runEndsAt: string): readonly string[] {
  const [open, closed] = [
    reach.asked.filter(({ isAllowed }) => isAllowed),
    reach.asked.filter((one) => !one.isAllowed),
  ];
  const by =
    grant === undefined ? '' : ` (grant ${grant.id} until ${grant.endsAt < runEndsAt ? grant.endsAt : runEndsAt})`;
  return [
    ...open.map(({ what, reason }) => `  may     ${target}: ${what}${by}${isAside(reason) ? `: ${reason}` : ''}`),
    ...closed.map(({ what, reason }) => `  may not ${target}: ${what}${reason === '' ? '' : `: ${reason}`}`),
    ...(closed.length > 0 && notGranted !== undefined ? [`          no grant: ${notGranted}`] : []),
    ...(reach.unasked > 0 ? [`          and ${reach.unasked} more that were not asked about`] : []),
  ];
}

/** A yes with a word to it: what a guard or a person still decides. */
function isAside(reason: string): boolean {
  return /held|unless|guard/.test(reason);
}

/** The page for the program. */
export function guideText(facts: RunFacts): string {
  const { task, subject, targets, endsAt } = facts;
  return `# What you may do here

You reach ${targets.map((target) => `\`${target}\``).join(', ')} through an access gateway, for \`${escapeControl(subject)}\`, until ${endsAt}. Every request is judged and recorded.
${task === '' ? '' : `\nThe task, in the words of who started you: "${escapeControl(task)}"\n`}
- \`KUBECONFIG\` is set: use kubectl, Helm and client libraries as always, with \`--context\` of the target's name. Do not look for other credentials: there are none to be used.
- Values of Secrets are shown as masks. A mask may be written back where it was read, and nowhere else.
- A refusal is a \`Status\` with reason and advice. What the same request would be answered again is not worth a second try; \`details.causes\` has a code to branch on.
- A request that a person has to approve waits by itself. Let it.
- After ${endsAt} nothing is allowed any more. \`kubectl auth can-i\` tells the truth at any time.

## What was asked for

\`\`\`
${summaryLines(facts).join('\n')}
\`\`\`
`;
}
