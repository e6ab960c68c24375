import { Link } from '@tanstack/react-router';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import { span } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import { callWords, meaningOf } from './kind.ts';
import styles from './story.module.css';

const words = texts.sessions;

/** Calls in their order; what their caller said that it ran stands above those that it said it of, as a quotation. */
export function Calls({ calls }: { readonly calls: readonly ExchangeRowView[] }) {
  return (
    <ol className={sheets.rows}>
      {calls.map((call, index) => (
        <li key={call.id} id={`call-${call.id}`} className={styles.item}>
          <Claim call={call} before={calls[index - 1]} />
          <Link to="/exchanges/$id" params={{ id: call.id }} className={`${sheets.row} ${styles.call}`}>
            <span className={styles.at}>
              <Instant at={call.at} />
            </span>
            <span className={styles.what}>
              <Named>{callWords(call)}</Named>
            </span>
            <span className={styles.how}>
              {call.recording !== undefined && (
                <span title={words.canPlay}>
                  <Icon name="play" />
                </span>
              )}
              {call.approval !== undefined && <Tag meaning="ask">{words.asked}</Tag>}
              {call.grant !== undefined && <Tag meaning="live">{words.byGrant}</Tag>}
              <Tag meaning={meaningOf(call)}>{resultOf(call)}</Tag>
            </span>
            <span className={styles.took}>{call.durationMs === undefined ? '' : span(call.durationMs)}</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}

function Claim({ call, before }: { readonly call: ExchangeRowView; readonly before: ExchangeRowView | undefined }) {
  if (call.claimed === undefined || call.claimed.command === before?.claimed?.command) return null;
  return (
    <p className={styles.claim} title={words.saidHint}>
      {words.said} “<Seen>{call.claimed.command}</Seen>”
    </p>
  );
}

/** What came of it: the status that the cluster answered, or the code of a refusal. */
function resultOf({ outcome, status, code }: ExchangeRowView): string {
  if (outcome === 'answered' && status !== undefined) return String(status);
  return code ?? words.outcomes[outcome];
}
