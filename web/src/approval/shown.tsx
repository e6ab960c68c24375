import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { Changes } from './changes.tsx';
import { Lines } from './lines.tsx';
import { Part } from './part.tsx';
import styles from './question.module.css';

const words = texts.question;

type ShownView = ApprovalView['shown'];

/** All that is shown of what is asked for: facts first, the caller's own words last (T54, T78). */
export function Shown({ shown }: { readonly shown: ShownView }) {
  const { risks, argv, changes = [], losses = [], body = '', mayDiffer, missing, reason } = shown;
  return (
    <>
      {risks.length > 0 && (
        <Part title={words.risks} meaning="no">
          <Lines lines={risks} />
        </Part>
      )}
      {missing.length > 0 && (
        <Part title={words.notShown} meaning="ask">
          <Lines lines={missing} />
        </Part>
      )}
      {argv !== undefined && <Document title={words.argv} text={commandLine(...argv)} />}
      {changes.length > 0 && (
        <Part title={words.changes} hint={words.changesHint}>
          <Changes changes={changes} />
        </Part>
      )}
      {losses.length > 0 && <Losses losses={losses} />}
      {body !== '' && <Document title={words.body} text={body} />}
      <Part title={words.request}>
        <code className={styles.line}>
          <Seen>{shown.asked}</Seen>
        </code>
      </Part>
      {mayDiffer.length > 0 && (
        <Part title={words.mayDiffer}>
          <Lines lines={mayDiffer} />
        </Part>
      )}
      {reason !== '' && (
        <Part title={words.ownWords} hint={words.ownWordsHint}>
          <blockquote className={textStyles.quotation}>
            <Seen>{reason}</Seen>
          </blockquote>
        </Part>
      )}
    </>
  );
}

function Document({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <Part title={title}>
      <pre className={textStyles.document}>
        <Seen>{text}</Seen>
      </pre>
    </Part>
  );
}

function Losses({ losses }: { readonly losses: NonNullable<ShownView['losses']> }) {
  return (
    <Part title={words.losses} meaning="no">
      <ul className={styles.list}>
        {losses.map(({ kind, count, names }) => (
          <li key={kind}>
            <b>
              <Seen>{words.lossCount(count, kind)}</Seen>
            </b>{' '}
            {names.map((name) => (
              <code key={name} className={textStyles.name}>
                <Seen>{name}</Seen>
              </code>
            ))}{' '}
            {count > names.length && words.lossMore(count - names.length)}
          </li>
        ))}
      </ul>
    </Part>
  );
}
