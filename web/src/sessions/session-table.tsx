import { Link } from '@tanstack/react-router';
import type { SessionView } from '../../../src/control/session-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Seen } from '../looks/seen.tsx';
import table from '../looks/table.module.css';
import { Tag } from '../looks/tag.tsx';
import { useWide } from '../looks/use-wide.ts';
import { useWindowed, type Windowed } from '../looks/use-windowed.ts';
import { WholeList } from '../looks/whole-list.tsx';
import { sessionTexts } from '../words/session-texts.ts';
import styles from './sessions.module.css';

const words = sessionTexts;

/** Of a row, in pixels, before it is drawn, and what is between two: rows of a table, or cards below each other. */
const ROWS = { wide: { rowPx: 45, betweenPx: 0 }, narrow: { rowPx: 190, betweenPx: 8 } };

/** Sessions in rows, the newest first; a number is coloured where it is one to look at. */
export function SessionTable({ sessions }: { readonly sessions: readonly SessionView[] }) {
  return <WholeList count={sessions.length}>{(isWhole) => <Rows sessions={sessions} isWhole={isWhole} />}</WholeList>;
}

function Rows({ sessions, isWhole }: { readonly sessions: readonly SessionView[]; readonly isWhole: boolean }) {
  const isWide = useWide('desk');
  const { parts, list, row } = useWindowed({ count: sessions.length, ...ROWS[isWide ? 'wide' : 'narrow'], isWhole });
  return (
    <table className={table.table} aria-rowcount={sessions.length + 1}>
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
      <tbody ref={list}>
        {parts.map((part) => {
          if ('gapPx' in part) return <tr key={`after-${part.after}`} data-gap="" style={{ height: part.gapPx }} />;
          const session = sessions[part.row];
          return session && <Row key={session.id} session={session} index={part.row} measure={row} />;
        })}
      </tbody>
    </table>
  );
}

function Row({
  session,
  index,
  measure,
}: {
  readonly session: SessionView;
  readonly index: number;
  readonly measure: Windowed['row'];
}) {
  const { id, caller, target, startedAt, exchanges, changes, refused, failed, open, planned, recordings } = session;
  return (
    <tr className={styles.row} ref={measure} data-index={index} aria-rowindex={index + 2}>
      <td data-wide="">
        <Link to="/sessions/$id" params={{ id }} className={styles.link}>
          <Icon name={caller.kind === 'person' ? 'person' : 'program'} />
          <Seen>{caller.subject}</Seen>
        </Link>
        {open > 0 && <Tag meaning="live">{words.open}</Tag>}
        {planned > 0 && <Tag meaning="over">{`${planned} ${words.planned}`}</Tag>}
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
