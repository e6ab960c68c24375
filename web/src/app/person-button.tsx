import { lazy, Suspense, useState } from 'react';
import type { Self } from '../api/self.ts';
import { Seen } from '../looks/seen.tsx';
import { texts } from '../words/texts.ts';
import styles from './person-menu.module.css';

const PersonMenu = lazy(async () => ({ default: (await import('./person-menu.tsx')).PersonMenu }));

/** Who is signed in; the menu behind it is loaded when it is first opened. */
export function PersonButton({ self }: { readonly self: Self }) {
  const [isWanted, want] = useState(false);
  const button = (
    <button type="button" className={styles.person} aria-haspopup="menu" onClick={() => want(true)}>
      <span className={styles.face} aria-hidden="true">
        {[...self.subject.replace(/^[^:]*:/, '')][0]?.toUpperCase()}
      </span>
      <span className="unseen">{texts.person.menu}: </span>
      <span className={styles.name}>
        <Seen>{self.subject}</Seen>
      </span>
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonMenu self={self} button={button} />
    </Suspense>
  );
}
