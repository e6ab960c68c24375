import type { ReactNode } from 'react';
import styles from './tag.module.css';

/** What a colour means; see tokens.css. */
export type Meaning = 'ask' | 'ok' | 'no' | 'live' | 'over';

/** A word that says how something stands; its colour says the same, and never alone. */
export function Tag({ meaning, children }: { readonly meaning: Meaning; readonly children: ReactNode }) {
  return (
    <span className={styles.tag} data-meaning={meaning}>
      {children}
    </span>
  );
}
