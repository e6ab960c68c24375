import { useMemo } from 'react';
import { Seen } from '../looks/seen.tsx';
import textStyles from '../looks/text.module.css';
import { countdown } from '../words/duration.ts';
import { texts } from '../words/texts.ts';
import type { Cast } from './cast.ts';
import { commandsOf } from './commands-of.ts';
import styles from './player.module.css';

interface Props {
  readonly cast: Cast;
  readonly atMs: number;
  readonly onChoose: (atMs: number) => void;
}

/** What was typed in a terminal, line by line; a press goes there. Nothing where no prompt is known. */
export function Commands({ cast, atMs, onChoose }: Props) {
  const typed = useMemo(() => commandsOf(cast), [cast]);
  if (typed.length === 0) return null;
  const last = typed.findLastIndex((each) => each.atMs <= atMs);
  return (
    <section aria-label={texts.player.commands}>
      <h3 className={styles.commandsTitle}>
        {texts.player.commands} <span className={textStyles.fine}>{texts.player.commandsHint}</span>
      </h3>
      <ol className={styles.commands}>
        {typed.map(({ atMs: at, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same may be typed twice at one instant
          <li key={index}>
            <button type="button" aria-current={index === last} onClick={() => onChoose(at)}>
              <span className={styles.time}>{countdown(at)}</span>
              <code>
                <Seen>{text}</Seen>
              </code>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
