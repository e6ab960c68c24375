import { type CSSProperties, useEffect, useMemo, useRef, useState } from 'react';
import { texts } from '../words/texts.ts';
import type { Cast } from './cast.ts';
import styles from './player.module.css';
import { type Look, type Run, Screen } from './screen.ts';

/** The screen of a recording at a moment. */
export function ScreenView({ cast, atMs }: { readonly cast: Cast; readonly atMs: number }) {
  const screen = useMemo(() => new Screen(cast), [cast]);
  const turn = useRef<Promise<void>>(Promise.resolve());
  const [lines, setLines] = useState<readonly (readonly Run[])[]>([]);
  useEffect(() => {
    let isWanted = true;
    // One after the other: a screen takes what was said in its order.
    turn.current = turn.current.then(async () => {
      if (isWanted) setLines(await screen.at(atMs));
    });
    return () => {
      isWanted = false;
    };
  }, [screen, atMs]);
  return <ScreenLines lines={lines} />;
}

/** What is on a screen, line by line. */
export function ScreenLines({ lines }: { readonly lines: readonly (readonly Run[])[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className={styles.screen} aria-label={texts.player.screen} tabIndex={0}>
      {lines.map((runs, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of a screen is its place
        <div key={row} className={styles.line}>
          {runs.map(({ text, look }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <span key={index} style={styleOf(look)}>
              {text}
            </span>
          ))}
        </div>
      ))}
    </section>
  );
}

function styleOf({ color, background, isBold, isDim, isItalic, isUnderlined }: Look): CSSProperties {
  return {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { background }),
    ...(isBold ? { fontWeight: 700 } : {}),
    ...(isDim ? { opacity: 0.65 } : {}),
    ...(isItalic ? { fontStyle: 'italic' } : {}),
    ...(isUnderlined ? { textDecoration: 'underline' } : {}),
  };
}
