import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Seen } from '../looks/seen.tsx';
import { texts } from '../words/texts.ts';
import styles from './changes.module.css';
import { valueText } from './value-text.ts';

type Change = NonNullable<ApprovalView['shown']['changes']>[number];

/** What would change, place by place: what is there and what would be. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change.at} className={styles.change}>
          <code className={styles.place}>
            <Seen>{change.at}</Seen>
          </code>
          <Value side="before" json={change.before} />
          <Value side="after" json={change.after} />
        </li>
      ))}
    </ul>
  );
}

function Value({ side, json }: { readonly side: 'before' | 'after'; readonly json: string | undefined }) {
  const none = side === 'before' ? texts.question.nothingBefore : texts.question.nothingAfter;
  return (
    <div className={styles.value} data-side={side}>
      <span className={styles.sign} aria-hidden="true">
        {side === 'before' ? '−' : '+'}
      </span>
      <span className="unseen">{texts.question[side]}: </span>
      {json === undefined ? (
        <i className={styles.none}>{none}</i>
      ) : (
        <pre className={styles.text}>
          <Seen>{valueText(json)}</Seen>
        </pre>
      )}
    </div>
  );
}
