import { countdown } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import styles from './countdown.module.css';
import { useSecond } from './ticking.ts';

/** So much is little, in milliseconds. */
const LITTLE_MS = 60_000;

/** What is left until an instant, by the gateway's clock; a ring of what is left of the whole where `from` says when it began. */
export function Countdown({
  to,
  from,
  label,
}: {
  readonly to: string;
  readonly from?: string;
  readonly label: string;
}) {
  const now = useSecond();
  const left = Date.parse(to) - now;
  const whole = from === undefined ? 0 : Date.parse(to) - Date.parse(from);
  const share = whole > 0 ? Math.min(1, Math.max(0, left / whole)) : undefined;
  return (
    <span className={styles.countdown} data-little={left < LITTLE_MS || undefined} role="timer" title={texts.utc(to)}>
      {share !== undefined && (
        <svg className={styles.ring} viewBox="0 0 20 20" aria-hidden="true">
          <circle cx="10" cy="10" r="8" className={styles.track} />
          <circle
            cx="10"
            cy="10"
            r="8"
            className={styles.left}
            pathLength="100"
            strokeDasharray={`${share * 100} 100`}
          />
        </svg>
      )}
      <span className="unseen">{label} </span>
      {countdown(left)}
    </span>
  );
}
