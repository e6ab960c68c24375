import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { KillView, Present } from '../../../src/control/contract.ts';
import { selfQuery, whoQuery } from '../api/queries.ts';
import { holds } from '../api/self.ts';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { Named } from '../looks/named.tsx';
import { PageHead } from '../looks/page-head.tsx';
import { Seen } from '../looks/seen.tsx';
import { Failed, Nothing, Reading } from '../looks/state-of-page.tsx';
import table from '../looks/table.module.css';
import textStyles from '../looks/text.module.css';
import { texts } from '../words/texts.ts';
import { RefusalsNow } from './refusals.tsx';
import { StopDialog } from './stop-dialog.tsx';
import { Stopped } from './stopped.tsx';
import { Streams } from './streams.tsx';

const words = texts.now;

/** What is to be stopped, before anybody has said why. */
export type ToStop = Pick<KillView, 'what' | 'value'>;

/** Who is in at this moment, what of it is stopped, and how to stop more. */
export function Now() {
  const self = useQuery(selfQuery);
  const who = useQuery({ ...whoQuery, enabled: holds(self.data, 'auditor', 'operator') });
  const [toStop, setToStop] = useState<ToStop>();
  const mayStop = holds(self.data, 'operator');
  if (!holds(self.data, 'auditor', 'operator'))
    return (
      <>
        <PageHead title={words.title} lead={words.lead} />
        <Nothing icon="now" title={texts.failed.forbidden}>
          <p>
            <Named>{words.needRole}</Named>
          </p>
        </Nothing>
      </>
    );
  const present = [...(who.data?.items ?? [])].sort((a, b) => b.streams + b.requests - a.streams - a.requests);
  const sum = (of: (entry: Present) => number) => present.reduce((total, entry) => total + of(entry), 0);
  return (
    <>
      <PageHead
        title={words.title}
        lead={
          who.data === undefined
            ? words.lead
            : words.inAll(
                new Set(present.map(({ subject }) => subject)).size,
                sum(({ requests }) => requests),
                sum(({ streams }) => streams),
              )
        }
      >
        {mayStop && (
          <button type="button" className={buttons.risky} onClick={() => setToStop({ what: 'all', value: '' })}>
            {words.stopAll}
          </button>
        )}
      </PageHead>
      <Stopped mayLift={mayStop} />
      {who.isPending && <Reading />}
      {who.data === undefined && who.error !== null && <Failed error={who.error} again={() => void who.refetch()} />}
      {who.data !== undefined && present.length === 0 && (
        <Nothing icon="now" title={words.emptyTitle}>
          <p>{words.emptyText}</p>
        </Nothing>
      )}
      {present.length > 0 && <PresentTable entries={present} onStop={mayStop ? setToStop : undefined} />}
      <RefusalsNow />
      {toStop !== undefined && <StopDialog toStop={toStop} onClose={() => setToStop(undefined)} />}
      <SameByCommand lines={['sallyport who', "sallyport kill caller SUBJECT --reason '…'"]} />
    </>
  );
}

interface TableProps {
  readonly entries: readonly Present[];
  readonly onStop: ((toStop: ToStop) => void) | undefined;
}

function PresentTable({ entries, onStop }: TableProps) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words.caller}</th>
          <th scope="col">{words.target}</th>
          <th scope="col">{words.session}</th>
          <th scope="col">{words.grant}</th>
          <th scope="col" className={table.number}>
            {words.requests}
          </th>
          <th scope="col" className={table.number}>
            {words.streams}
          </th>
          {onStop !== undefined && (
            <th scope="col" className={table.number}>
              {words.stopTitle}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={`${entry.session} ${entry.target} ${entry.grant}`} entry={entry} onStop={onStop} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, onStop }: { readonly entry: Present; readonly onStop: TableProps['onStop'] }) {
  const { subject, target, session, grant, requests, streams } = entry;
  const [isOpen, setOpen] = useState(streams > 0);
  return (
    <>
      <tr>
        <td data-wide="">
          <b>
            <Seen>{subject}</Seen>
          </b>
        </td>
        <td data-name={words.target}>
          <Seen>{target}</Seen>
        </td>
        <td data-name={words.session}>
          <code>
            <Seen>{session}</Seen>
          </code>
        </td>
        <td data-name={words.grant}>
          {grant === undefined ? (
            <span className={textStyles.dim}>{words.standing}</span>
          ) : (
            <Link to="/grants" search={{ id: grant }}>
              <code>{grant}</code>
            </Link>
          )}
        </td>
        <td data-name={words.requests} className={table.number}>
          {requests}
        </td>
        <td data-name={words.streams} className={table.number}>
          <button type="button" className={buttons.link} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {streams} <span className="unseen">{words.underWay(requests + streams)}</span>
          </button>
        </td>
        {onStop !== undefined && (
          <td data-wide="">
            <div className={table.acts}>
              <button
                type="button"
                className={buttons.risky}
                onClick={() => onStop({ what: 'session', value: session })}
              >
                {words.stopSession}
              </button>
              <button
                type="button"
                className={buttons.risky}
                onClick={() => onStop({ what: 'caller', value: subject })}
              >
                {words.stopCaller}
              </button>
            </div>
          </td>
        )}
      </tr>
      {isOpen && (
        <tr>
          <td data-wide="" colSpan={onStop === undefined ? 6 : 7}>
            <Streams session={session} mayEnd={onStop !== undefined} />
          </td>
        </tr>
      )}
    </>
  );
}
