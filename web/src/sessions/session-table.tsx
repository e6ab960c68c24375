import { Link } from '@tanstack/react-router';
import type { SessionView } from '../../../src/control/session-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Seen } from '../looks/seen.tsx';
import table from '../looks/table.module.css';
import { Tag } from '../looks/tag.tsx';
import { texts } from '../words/texts.ts';
import styles from './sessions.module.css';

const words = texts.sessions;

/** Sessions in rows, the newest first; a number is coloured where it is one to look at. */
export function SessionTable({ sessions }: { readonly sessions: readonly SessionView[] }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words.caller}</th>
          <th scope="col">{words.target}</th>
          <th scope="col">{words.began}</th>
          {[words.calls, words.changes, words.refused, words.failed, words.recordings].map((name) => (
            <th key={name} scope="col" className={table.number}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <Row key={session.id} session={session} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ session }: { readonly session: SessionView }) {
  const { id, caller, target, startedAt, exchanges, changes, refused, failed, open, recordings } = session;
  return (
    <tr className={styles.row}>
      <td data-wide="">
        <Link to="/sessions/$id" params={{ id }} className={styles.link}>
          <Icon name={caller.kind === 'person' ? 'person' : 'program'} />
          <Seen>{caller.subject}</Seen>
        </Link>
        {open > 0 && <Tag meaning="live">{words.open}</Tag>}
      </td>
      <td data-name={words.target}>
        <Seen>{target}</Seen>
      </td>
      <td data-name={words.began}>
        <Instant at={startedAt} />
      </td>
      <Count name={words.calls} value={exchanges} />
      <Count name={words.changes} value={changes} meaning="ask" />
      <Count name={words.refused} value={refused} meaning="no" />
      <Count name={words.failed} value={failed} meaning="no" />
      <Count name={words.recordings} value={recordings} meaning="live" />
    </tr>
  );
}

function Count({
  name,
  value,
  meaning,
}: {
  readonly name: string;
  readonly value: number;
  readonly meaning?: 'ask' | 'no' | 'live';
}) {
  return (
    <td data-name={name} className={table.number}>
      <span className={styles.count} data-meaning={value === 0 ? 'none' : meaning}>
        {value}
      </span>
    </td>
  );
}
