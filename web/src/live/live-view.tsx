import { Reading } from '../looks/state-of-page.tsx';
import { Tag } from '../looks/tag.tsx';
import textStyles from '../looks/text.module.css';
import { EventList } from '../recording/event-list.tsx';
import { texts } from '../words/texts.ts';
import { GrowingScreen } from './growing-screen.tsx';
import styles from './live.module.css';
import { useLiveCast } from './use-live-cast.ts';

const words = texts.liveView;

/** A stream as it goes on, behind the masks of the recording. */
export function LiveView({ id }: { readonly id: string }) {
  const { cast, state } = useLiveCast(id);
  return (
    <div className={styles.live}>
      <p>
        <Tag meaning={state === 'live' ? 'live' : 'over'}>{words.states[state]}</Tag>{' '}
        <span className={textStyles.fine}>{words.hint}</span>
      </p>
      {cast === undefined ? state === 'live' ? <Reading /> : <p>{words.nothing}</p> : null}
      {cast !== undefined && (cast.isTerminal ? <GrowingScreen cast={cast} /> : <EventList cast={cast} />)}
    </div>
  );
}
