import { useSearch } from '@tanstack/react-router';
import type { ExchangeRowView, SessionStoryView } from '../../../src/control/session-contract.ts';
import { Instant } from '../looks/instant.tsx';
import { texts } from '../words/texts.ts';
import { callWords, meaningOf } from './kind.ts';
import styles from './story.module.css';

/** Limit: so many marks can be told apart; of more, every n-th is drawn, and all that were refused, held or changed something. */
const MARKS_MAX = 600;

/** A session along its time: its calls as marks, a press on which goes to the call, and below them how long each story went on. */
export function TimeLine({
  session,
  calls,
}: {
  readonly session: SessionStoryView;
  readonly calls: readonly ExchangeRowView[];
}) {
  const { story } = useSearch({ from: '/sessions/$id' });
  const [from, to] = [Date.parse(session.startedAt), Date.parse(session.lastAt)];
  const every = Math.ceil(calls.length / MARKS_MAX);
  const drawn = calls.filter((call, index) => index % every === 0 || meaningOf(call) !== 'over');
  if (calls.length < 2 || to === from) return null;
  const place = (at: string) => `${((Date.parse(at) - from) / (to - from)) * 100}%`;
  const width = (a: string, b: string) => `${((Date.parse(b) - Date.parse(a)) / (to - from)) * 100}%`;
  return (
    <div className={styles.time}>
      <nav className={styles.line} aria-label={texts.sessions.timeline}>
        {drawn.map((call) => (
          <a
            key={call.id}
            href={`${location.pathname}${location.search}#call-${call.id}`}
            className={styles.mark}
            data-meaning={meaningOf(call)}
            style={{ insetInlineStart: place(call.at) }}
            title={callWords(call).replaceAll('`', '')}
            tabIndex={-1}
          >
            <span className="unseen">{callWords(call).replaceAll('`', '')}</span>
          </a>
        ))}
      </nav>
      {session.stories.length > 0 && (
        <div className={styles.bars} aria-hidden="true">
          {session.stories.map(({ id, title, startedAt, lastAt }) => (
            <span
              key={id}
              className={styles.bar}
              data-chosen={id === story || undefined}
              title={title}
              style={{ insetInlineStart: place(startedAt), width: width(startedAt, lastAt) }}
            />
          ))}
        </div>
      )}
      <div className={styles.ends}>
        <Instant at={session.startedAt} />
        <Instant at={session.lastAt} />
      </div>
    </div>
  );
}
