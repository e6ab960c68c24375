import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { texts } from '../words/texts.ts';
import styles from './changes.module.css';
import { lineDifference } from './line-difference.ts';
import { valueText } from './value-text.ts';

type Change = NonNullable<ApprovalView['shown']['changes']>[number];

/** What would change, place by place: what is there and what would be. */
export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ul className={sheets.rows}>
      {changes.map((change) => (
        <li key={change.at} className={styles.change}>
          <code className={styles.place}>
            <Seen>{change.at}</Seen>
          </code>
          <Difference before={change.before} after={change.after} />
        </li>
      ))}
    </ul>
  );
}

/** Texts of several lines are compared line by line; all else stands below each other. */
function Difference({ before, after }: Pick<Change, 'before' | 'after'>) {
  const [old, now] = [linesIn(before), linesIn(after)];
  if (old === undefined || now === undefined)
    return (
      <>
        <Value side="before" json={before} />
        <Value side="after" json={after} />
      </>
    );
  return lineDifference(old, now).map(({ text, side }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
    <div key={index} className={styles.value} data-side={side}>
      <span className={styles.sign} aria-hidden="true">
        {SIGNS[side]}
      </span>
      {side !== 'both' && <span className="unseen">{texts.question[side]}: </span>}
      <pre className={styles.text}>
        <Seen>{text}</Seen>
      </pre>
    </div>
  ));
}

const SIGNS = { before: '−', after: '+', both: ' ' };

/** A text of several lines; undefined where it is anything else. */
function linesIn(json: string | undefined): string | undefined {
  const text = json === undefined ? '' : valueText(json);
  return text.includes('\n') ? text : undefined;
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
