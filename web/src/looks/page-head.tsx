import type { ReactNode } from 'react';
import { Named } from './named.tsx';
import styles from './page-head.module.css';

/** What a page is, in one line, and what can be done on all of it. */
export function PageHead({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className={styles.head}>
      <div>
        <h1>{title}</h1>
        <p className={styles.lead} aria-live="polite">
          <Named>{lead}</Named>
        </p>
      </div>
      {children !== undefined && <div className={styles.tools}>{children}</div>}
    </div>
  );
}
