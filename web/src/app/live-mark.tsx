import { useLiveness } from '../api/live.tsx';
import { texts } from '../words/texts.ts';
import styles from './live-mark.module.css';

/** Whether what is shown changes as it happens. */
export function LiveMark() {
  const liveness = useLiveness();
  return (
    <span
      className={styles.mark}
      data-liveness={liveness}
      role="status"
      title={liveness === 'lost' ? texts.live.lostHint : texts.live.liveHint}
    >
      <span className={styles.dot} />
      <span className={styles.word}>{texts.live[liveness]}</span>
    </span>
  );
}
