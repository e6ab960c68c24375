import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import type { ExchangeWholeView } from '../../../src/control/session-contract.ts';
import { exchangeQuery } from '../api/queries.ts';
import { Part } from '../approval/part.tsx';
import { CompareWith } from '../compare/compare-with.tsx';
import buttons from '../looks/buttons.module.css';
import { SameByCommand } from '../looks/command.tsx';
import { Icon } from '../looks/icon.tsx';
import { Instant } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { Seen } from '../looks/seen.tsx';
import sheets from '../looks/sheets.module.css';
import { Failed, Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { Undo } from '../undo/undo.tsx';
import { span } from '../words/duration.ts';
import { callTexts, sessionTexts } from '../words/session-texts.ts';
import { commandLine } from '../words/shell-word.ts';
import { Body } from './body.tsx';
import styles from './call.module.css';
import { Decision } from './decision.tsx';
import { callWords, meaningOf } from './kind.ts';
import { Proof } from './proof.tsx';

const Recording = lazy(async () => ({ default: (await import('../recording/recording.tsx')).Recording }));
const words = callTexts;

/** One call, whole: what was asked, why it was answered so, what came of it, and its lines in the journal. */
export function CallPage() {
  const { id } = useParams({ from: '/exchanges/$id' });
  const call = useQuery(exchangeQuery(id));
  return (
    <>
      {call.isPending && <Reading />}
      {call.data === undefined && call.error !== null && (
        <Failed error={call.error} again={() => void call.refetch()} />
      )}
      {call.data !== undefined && <Call call={call.data} />}
    </>
  );
}

function Call({ call }: { readonly call: ExchangeWholeView }) {
  const { session, outcome, status, code, recording } = call;
  return (
    <div className={styles.page}>
      <Link to="/sessions/$id" params={{ id: session }} hash={`call-${call.id}`} className={buttons.back}>
        <Icon name="back" />
        {words.back}
      </Link>
      <header className={styles.head}>
        <h1>
          <Named>{callWords(call)}</Named>
        </h1>
        <Tag meaning={meaningOf(call)}>
          {sessionTexts.outcomes[outcome]} {status ?? code ?? ''}
        </Tag>
      </header>
      <Facts call={call} />
      {recording !== undefined && (
        <Part title={words.recording}>
          <Suspense fallback={<Reading />}>
            <Recording id={call.id} />
          </Suspense>
        </Part>
      )}
      <Decision call={call} />
      <Body title={words.request} body={call.request} />
      <Body title={words.reply} body={call.reply} />
      <CompareWith key={`with ${call.id}`} call={call} />
      {mayHaveChanged(call) && <Undo key={call.id} id={call.id} />}
      <Proof call={call} />
      <SameByCommand
        lines={[
          ...(recording === undefined ? [] : [commandLine('sallyport', 'sessions', 'replay', call.id)]),
          commandLine('sallyport', 'sessions', 'show', session),
        ]}
      />
    </div>
  );
}

/** Whether there may be something to take back: it asked for a change, and was not answered with a no. */
function mayHaveChanged({ isChange, outcome, status = 0 }: ExchangeWholeView): boolean {
  return isChange && outcome !== 'refused' && outcome !== 'open' && (outcome !== 'answered' || status < 300);
}

function Facts({ call }: { readonly call: ExchangeWholeView }) {
  const { caller, target, at, durationMs, bytesIn = 0, bytesOut = 0, peer, method, path } = call;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [sessionTexts.caller, <Seen key="caller">{caller.subject}</Seen>],
    [sessionTexts.target, <Seen key="target">{target}</Seen>],
    [sessionTexts.began, <Instant key="at" at={at} />],
    [words.took, durationMs === undefined ? sessionTexts.open : span(durationMs)],
    [words.sizes, `${words.bytes(bytesIn)}, ${words.bytes(bytesOut)}`],
    [words.from, <Seen key="peer">{peer}</Seen>],
  ];
  return (
    <>
      <code className={textStyles.request}>
        <Seen>{`${method} ${path}`}</Seen>
      </code>
      <dl className={sheets.names}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
