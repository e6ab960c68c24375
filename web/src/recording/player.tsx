import { useMemo, useState } from 'react';
import buttons from '../looks/buttons.module.css';
import { Field } from '../looks/field.tsx';
import { Icon } from '../looks/icon.tsx';
import { countdown } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import { type Cast, placesOf, withoutPauses } from './cast.ts';
import { Commands } from './commands.tsx';
import styles from './player.module.css';
import { ScreenView } from './screen-view.tsx';
import { useClock } from './use-clock.ts';

const words = texts.player;

/** A pause that is left when pauses are skipped, in milliseconds. */
const PAUSE_MS = 1_000;
const SPEEDS = ['0.5', '1', '2', '4', '8'];

/** A terminal as it was: played, at any speed, from any moment, searched. It begins at rest, at its end, where the whole is seen. */
export function Player({ cast: whole }: { readonly cast: Cast }) {
  const [isBrief, setBrief] = useState(true);
  const [speed, setSpeed] = useState('1');
  const cast = useMemo(() => (isBrief ? withoutPauses(whole, PAUSE_MS) : whole), [whole, isBrief]);
  const clock = useClock(cast.durationMs, Number(speed));
  return (
    <div className={styles.player}>
      <ScreenView cast={cast} atMs={clock.atMs} />
      <div className={styles.bar}>
        <button
          type="button"
          className={styles.play}
          onClick={clock.toggle}
          aria-label={clock.isRunning ? words.pause : words.play}
        >
          <Icon name={clock.isRunning ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          className={styles.seek}
          min={0}
          max={Math.ceil(cast.durationMs)}
          step={100}
          value={Math.min(clock.atMs, cast.durationMs)}
          aria-label={words.seek}
          aria-valuetext={countdown(clock.atMs)}
          onChange={({ target }) => clock.go(Number(target.value))}
        />
        <span className={styles.time}>
          {countdown(clock.atMs)} / {countdown(cast.durationMs)}
        </span>
        <label className={styles.option}>
          {words.speed}
          <select className="entry" value={speed} onChange={({ target }) => setSpeed(target.value)}>
            {SPEEDS.map((each) => (
              <option key={each} value={each}>
                {each}×
              </option>
            ))}
          </select>
        </label>
        <label className={styles.option}>
          <input type="checkbox" checked={isBrief} onChange={({ target }) => setBrief(target.checked)} />
          {words.idle}
        </label>
      </div>
      <Commands cast={cast} atMs={clock.atMs} onChoose={clock.go} />
      <Search cast={cast} onFound={clock.go} />
    </div>
  );
}

function Search({ cast, onFound }: { readonly cast: Cast; readonly onFound: (atMs: number) => void }) {
  const [typed, setTyped] = useState('');
  const [next, setNext] = useState(0);
  const places = useMemo(() => placesOf(cast, typed), [cast, typed]);
  const go = () => {
    const place = places[next % Math.max(1, places.length)];
    if (place === undefined) return;
    onFound(place);
    setNext(next + 1);
  };
  return (
    <form
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <Field label={words.search} hint={typed === '' ? '' : words.found(places.length)}>
        {(attributes) => (
          <input
            {...attributes}
            type="search"
            value={typed}
            maxLength={200}
            onChange={({ target }) => {
              setTyped(target.value);
              setNext(0);
            }}
          />
        )}
      </Field>
      <button type="submit" className={buttons.quiet} disabled={places.length === 0}>
        {words.nextFound}
      </button>
    </form>
  );
}
