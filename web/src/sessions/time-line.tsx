import { useSearch } from '@tanstack/react-router';
import type { ExchangeRowView, SessionStoryView } from '../../../src/control/session-contract.ts';
import { Instant } from '../looks/instant.tsx';
import { sessionTexts } from '../words/session-texts.ts';
import { callWords, meaningOf } from './kind.ts';
import { marksOf } from './marks.ts';
import styles from './story.module.css';

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
  if (calls.length < 2 || to === from) return null;
  const place = (at: string) => `${((Date.parse(at) - from) / (to - from)) * 100}%`;
  const width = (a: string, b: string) => `${((Date.parse(b) - Date.parse(a)) / (to - from)) * 100}%`;
  return (
    <div className={styles.time}>
      <nav className={styles.line} aria-label={sessionTexts.timeline}>
        {marksOf(calls, from, to).map((call) => (
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
