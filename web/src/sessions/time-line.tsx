import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { texts } from '../words/texts.ts';
import { callWords, meaningOf } from './kind.ts';
import styles from './story.module.css';

/** Limit: so many marks can be told apart; of more, every n-th is drawn, and all that were refused, held or changed something. */
const MARKS_MAX = 600;

/** The calls of a session along its time; a press on a mark goes to the call. */
export function TimeLine({ calls }: { readonly calls: readonly ExchangeRowView[] }) {
  const times = calls.map(({ at }) => Date.parse(at));
  const [from = 0, to = 0] = [times[0], times.at(-1)];
  const every = Math.ceil(calls.length / MARKS_MAX);
  const drawn = calls.filter((call, index) => index % every === 0 || meaningOf(call) !== 'over');
  if (calls.length < 2 || to === from) return null;
  return (
    <nav className={styles.line} aria-label={texts.sessions.timeline}>
      {drawn.map((call) => (
        <a
          key={call.id}
          href={`${location.pathname}${location.search}#call-${call.id}`}
          className={styles.mark}
          data-meaning={meaningOf(call)}
          style={{ insetInlineStart: `${((Date.parse(call.at) - from) / (to - from)) * 100}%` }}
          title={callWords(call).replaceAll('`', '')}
          tabIndex={-1}
        >
          <span className="unseen">{callWords(call).replaceAll('`', '')}</span>
        </a>
      ))}
    </nav>
  );
}
