import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { openCallsQuery } from '../api/queries.ts';
import { request } from '../api/request.ts';
import { LiveView } from '../live/live-view.tsx';
import buttons from '../looks/buttons.module.css';
import { Ago } from '../looks/instant.tsx';
import { Named } from '../looks/named.tsx';
import { ProblemLine } from '../looks/problem-line.tsx';
import textStyles from '../looks/text.module.css';
import { TwiceButton } from '../looks/twice-button.tsx';
import { callWords } from '../sessions/kind.ts';
import { texts } from '../words/texts.ts';
import styles from './now.module.css';

const words = texts.now;

/** What of a session is under way: each call with a look at what passes, and its end. */
export function Streams({ session, mayEnd }: { readonly session: string; readonly mayEnd: boolean }) {
  const calls = useQuery(openCallsQuery(session)).data?.items ?? [];
  return (
    <ul className={styles.streams}>
      {calls.map((call) => (
        <Stream key={call.id} call={call} mayEnd={mayEnd} />
      ))}
    </ul>
  );
}

function Stream({ call, mayEnd }: { readonly call: ExchangeRowView; readonly mayEnd: boolean }) {
  const client = useQueryClient();
  const [isWatched, setWatched] = useState(false);
  const end = useMutation({
    mutationFn: () => request(`/exchanges/${call.id}/end`, { method: 'POST', body: { reason: '' } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['who'] }),
  });
  return (
    <li className={styles.stream}>
      <div className={styles.streamHead}>
        <Link to="/exchanges/$id" params={{ id: call.id }}>
          <Named>{callWords(call)}</Named>
        </Link>
        <span className={textStyles.fine}>
          <Ago at={call.at} />
        </span>
        <span className={styles.streamActs}>
          {call.recording !== undefined && (
            <button
              type="button"
              className={buttons.small}
              aria-expanded={isWatched}
              onClick={() => setWatched(!isWatched)}
            >
              {isWatched ? words.watchNoMore : words.watch}
            </button>
          )}
          {mayEnd && (
            <TwiceButton sure={words.endSure} act={() => end.mutate()} isBusy={end.isPending}>
              {words.end}
            </TwiceButton>
          )}
        </span>
      </div>
      <ProblemLine error={end.error} />
      {isWatched && <LiveView id={call.id} />}
    </li>
  );
}
