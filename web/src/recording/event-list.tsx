import { Seen } from '../looks/seen.tsx';
import { countdown } from '../words/duration.ts';
import type { Cast } from './cast.ts';
import styles from './player.module.css';

/** Limit: so many parts are drawn; the command has them all. */
const PARTS_MAX = 5_000;

/** What passed without a terminal, part by part, each with its channel. */
export function EventList({ cast: { events } }: { readonly cast: Cast }) {
  return (
    <ol className={styles.events}>
      {events.slice(0, PARTS_MAX).map(({ atMs, channel, data }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a recording does not change
        <li key={index} className={styles.event} data-channel={channel}>
          <span className={styles.time}>{countdown(atMs)}</span>
          <span className={styles.channel}>{channel}</span>
          <pre>
            <Seen>{data}</Seen>
          </pre>
        </li>
      ))}
    </ol>
  );
}
