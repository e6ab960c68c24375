import { Named } from '../looks/named.tsx';
import { Nothing } from '../looks/state-of-page.tsx';
import textStyles from '../looks/text.module.css';
import { texts } from '../words/texts.ts';

const RULE = `- id: deletions
  effect: hold
  verbs: [delete]
  apiGroups: [""]
  resources: [namespaces]
  hold: { approvers: [{ groups: [leads] }] }`;

/** Nothing waits: that this is well, what would appear, and how a team that has no such rule begins. */
export function EmptyInbox() {
  return (
    <Nothing icon="check" title={texts.inbox.emptyTitle}>
      <p>
        <Named>{texts.inbox.emptyText}</Named>
      </p>
      <p>
        <Named>{texts.inbox.emptyFirst}</Named>
      </p>
      <pre className={textStyles.document}>{RULE}</pre>
    </Nothing>
  );
}
