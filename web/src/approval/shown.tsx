import { Fragment, useContext } from 'react';
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { span } from '../words/duration.ts';
import { commandLine } from '../words/shell-word.ts';
import { texts } from '../words/texts.ts';
import { yesTexts } from '../words/yes-texts.ts';
import { Before } from './before.tsx';
import { Changes } from './changes.tsx';
import { Lines } from './lines.tsx';
import { Part, PartHeading } from './part.tsx';
import { Preview } from './preview.tsx';
import styles from './question.module.css';

const words = texts.question;

type ShownView = ApprovalView['shown'];

/** All that is shown of what is asked for: facts first, the caller's own words last (T54, T78). */
export function Shown({
  shown,
  isLooking,
  session,
}: {
  readonly shown: ShownView;
  readonly isLooking: boolean;
  /** In which it was asked. */
  readonly session: string | undefined;
}) {
  const { risks, argv, changes = [], losses = [], body = '', mayDiffer, missing, reason, before } = shown;
  const { amended = [], undo, planned = [] } = shown;
  return (
    <>
      {risks.length > 0 && (
        <Part
          title={shown.risk === 'high' ? words.risks : words.risksRaised}
          meaning={shown.risk === 'high' ? 'no' : 'ask'}
        >
          <Lines lines={risks} />
        </Part>
      )}
      {amended.length > 0 && (
        <Part title={yesTexts.amended} meaning="ask">
          <Lines lines={amended} />
        </Part>
      )}
      {missing.length > 0 && (
        <Part title={words.notShown} meaning="ask">
          <Lines lines={missing} />
        </Part>
      )}
      {isLooking && <p className={styles.looking}>{words.looking}</p>}
      {argv !== undefined && <Document title={words.argv} text={commandLine(...argv)} />}
      {changes.length > 0 && (
        <Part title={words.changes} hint={words.changesHint}>
          <Changes changes={changes} />
        </Part>
      )}
      {losses.length > 0 && <Losses losses={losses} />}
      <Preview shown={shown} />
      {undo !== undefined && (
        <Part title={yesTexts.undo}>
          <Lines lines={[undo]} />
        </Part>
      )}
      {planned.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a request of a plan is its place
        <Planned key={i} shown={one} title={yesTexts.planned(i + 1, planned.length)} />
      ))}
      {shown.rest?.covers !== undefined && planned.length === 0 && (
        <Part title={yesTexts.coversKnown} hint={yesTexts.coversKnownHint(shown.rest.usesMax, span(shown.rest.forMs))}>
          <Lines lines={shown.rest.covers} />
        </Part>
      )}
      {body !== '' && <Document title={words.body} text={body} />}
      <Part title={words.request}>
        <code className={textStyles.request}>
          <Seen>{shown.asked}</Seen>
        </code>
      </Part>
      {mayDiffer.length > 0 && (
        <Part title={words.mayDiffer}>
          <Lines lines={mayDiffer} />
        </Part>
      )}
      {before !== undefined && <Before before={before} session={session} />}
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

/** One request of a planned command, whole. */
function Planned({ shown, title }: { readonly shown: ShownView; readonly title: string }) {
  const heading = useContext(PartHeading);
  return (
    <Part title={title} hint={yesTexts.plannedHint}>
      <p className={textStyles.request}>
        <Named>{shown.operation}</Named>
      </p>
      <PartHeading value={heading === 'h2' ? 'h3' : 'h4'}>
        <Shown shown={shown} isLooking={false} session={undefined} />
      </PartHeading>
    </Part>
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
        {losses.map(({ kind, count, names, running }) => (
          <li key={kind}>
            <b>
              <Seen>{words.lossCount(count, kind)}</Seen>
            </b>{' '}
            {running !== undefined && running > 0 && <>({words.running(running)}) </>}
            {names.map((name) => (
              <Fragment key={name}>
                <code className={textStyles.name}>
                  <Seen>{name}</Seen>
                </code>{' '}
              </Fragment>
            ))}
            {count > names.length && words.lossMore(count - names.length)}
          </li>
        ))}
      </ul>
    </Part>
  );
}
