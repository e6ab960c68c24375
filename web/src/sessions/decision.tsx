import { Link } from '@tanstack/react-router';
import type { ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { Lines } from '../approval/lines.tsx';
import { Part } from '../approval/part.tsx';
import buttons from '../looks/buttons.module.css';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { callTexts } from '../words/session-texts.ts';
import styles from './call.module.css';

const words = callTexts;

/** Why it was answered so: the rule, what permitted it, what the caller was told, and what was hidden in what passed. */
export function Decision({ call }: { readonly call: ExchangeWholeView }) {
  const { decision, rule = '', grant, approval, message, reason, edits, permits } = call;
  const isRefused = call.outcome === 'refused' && call.planned !== true;
  return (
    <Part title={words.decision} {...(isRefused ? { meaning: 'no' as const } : {})}>
      {call.planned === true && <p>{words.planned}</p>}
      <p>
        <Named>{decision === undefined ? undecided(call) : words.decided[decision](rule)}</Named>
      </p>
      {message !== undefined && (
        <p>
          {words.told}: “<Named>{message}</Named>”
        </p>
      )}
      {reason !== undefined && (
        <p>
          {words.ended}: <Named>{reason}</Named>
        </p>
      )}
      {permits.length > 0 && (
        <p className={textStyles.dim}>
          {words.permits} <Named>{permits.map((permit) => words.byRule(permit.rule)).join(', ')}</Named>
        </p>
      )}
      <p className={styles.links}>
        {approval !== undefined && (
          <Link to="/approvals/$id" params={{ id: approval }} className={buttons.small}>
            {words.approval}
          </Link>
        )}
        {grant !== undefined && (
          <Link to="/grants" search={{ id: grant }} className={buttons.small}>
            {words.grant} <Seen>{grant}</Seen>
          </Link>
        )}
      </p>
      {edits !== undefined && <Lines lines={editLines(edits)} />}
    </Part>
  );
}

/** What is said of a call of which no decision is recorded. */
function undecided({ outcome }: ExchangeWholeView): string {
  return outcome === 'open' ? words.undecidedOpen : words.undecided;
}

function editLines({ masked, neutralised, shown = 0 }: NonNullable<ExchangeWholeView['edits']>): readonly string[] {
  return [
    ...(masked === 0 ? [] : [words.masked(masked)]),
    ...(neutralised === 0 ? [] : [words.neutralised(neutralised)]),
    ...(shown === 0 ? [] : [words.shown(shown)]),
  ];
}
