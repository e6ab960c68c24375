import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Tag } from '../looks/tag.tsx';
import { useWindowed } from '../looks/use-windowed.ts';
import { WholeList } from '../looks/whole-list.tsx';
import { span } from '../words/duration.ts';
import { sessionTexts } from '../words/session-texts.ts';
import { callWords, meaningOf } from './kind.ts';
import styles from './story.module.css';

const words = sessionTexts;

/** Of a row, in pixels, before it is drawn: most are one line. */
const ROW_PX = 45;

/** Calls in their order; what their caller said that it ran stands above those that it said it of, as a quotation. The one that the address names is gone to. */
export function Calls({ calls }: { readonly calls: readonly ExchangeRowView[] }) {
  return <WholeList count={calls.length}>{(isWhole) => <Rows calls={calls} isWhole={isWhole} />}</WholeList>;
}

function Rows({ calls, isWhole }: { readonly calls: readonly ExchangeRowView[]; readonly isWhole: boolean }) {
  const { parts, list, row, show } = useWindowed({ count: calls.length, rowPx: ROW_PX, isWhole });
  const named = useLocation({ select: ({ hash }) => hash });
  const gone = useRef('');
  useEffect(() => {
    if (named === gone.current) return;
    const index = calls.findIndex(({ id }) => named === rowId(id));
    if (index < 0) return;
    gone.current = named;
    show(index);
    focusOnceThere(named);
  });
  return (
    <ol className={sheets.rows} ref={list}>
      {parts.map((part) => {
        if ('gapPx' in part)
          return <li key={`after-${part.after}`} aria-hidden="true" style={{ height: part.gapPx }} />;
        const call = calls[part.row];
        if (call === undefined) return null;
        return (
          <li
            key={call.id}
            id={rowId(call.id)}
            ref={row}
            data-index={part.row}
            aria-setsize={calls.length}
            aria-posinset={part.row + 1}
            className={styles.item}
            data-named={named === rowId(call.id) || undefined}
          >
            <Claim call={call} before={calls[part.row - 1]} />
            <Call call={call} />
          </li>
        );
      })}
    </ol>
  );
}

function rowId(id: string): string {
  return `call-${id}`;
}

/** Limit: so many times a row is looked for, each as something is drawn. */
const LOOKS_MAX = 30;

/** The row comes into the document as the list comes to it; it has the focus then, so that keys go on from it. */
function focusOnceThere(id: string, looks = 0): void {
  const link = document.getElementById(id)?.querySelector('a');
  if (link) link.focus({ preventScroll: true });
  else if (looks < LOOKS_MAX) requestAnimationFrame(() => focusOnceThere(id, looks + 1));
}

function Call({ call }: { readonly call: ExchangeRowView }) {
  return (
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
        {call.planned === true && <Tag meaning="over">{words.planned}</Tag>}
        {call.approval !== undefined && <Tag meaning="ask">{words.asked}</Tag>}
        {call.grant !== undefined && <Tag meaning="live">{words.byGrant}</Tag>}
        <Tag meaning={meaningOf(call)}>{resultOf(call)}</Tag>
      </span>
      <span className={styles.took}>{call.durationMs === undefined ? '' : span(call.durationMs)}</span>
    </Link>
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
