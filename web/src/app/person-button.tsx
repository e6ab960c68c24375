import { lazy, Suspense, useId, useRef, useState } from 'react';
import type { Self } from '../api/self.ts';
import { Seen } from '../looks/seen.tsx';
import { texts } from '../words/texts.ts';
import styles from './person-menu.module.css';

const PersonMenu = lazy(async () => ({ default: (await import('./person-menu.tsx')).PersonMenu }));

/** Who is signed in; what is behind it is loaded when it is first opened. The browser's own popover: Escape and a press elsewhere close it. */
export function PersonButton({ self }: { readonly self: Self }) {
  const id = useId();
  const popover = useRef<HTMLElement>(null);
  const [isWanted, want] = useState(false);
  return (
    <>
      <button type="button" className={styles.person} popoverTarget={id} onClick={() => want(true)}>
        <span className={styles.face} aria-hidden="true">
          {[...self.subject.replace(/^[^:]*:/, '')][0]?.toUpperCase()}
        </span>
        <span className="unseen">{texts.person.menu}: </span>
        <span className={styles.name}>
          <Seen>{self.subject}</Seen>
        </span>
      </button>
      <section ref={popover} id={id} popover="auto" className={styles.popover} aria-label={texts.person.menu}>
        {isWanted && (
          <Suspense fallback={<p role="status">{texts.loading}</p>}>
            <PersonMenu self={self} onLeave={() => popover.current?.hidePopover()} />
          </Suspense>
        )}
      </section>
    </>
  );
}
