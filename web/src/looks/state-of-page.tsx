import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { texts } from '../words/texts.ts';
import { Icon, type IconName } from './icon.tsx';
import { Named } from './named.tsx';
import styles from './state-of-page.module.css';

/** Nothing to show, and why: what is so, and what to do first. */
export function Nothing({
  icon,
  title,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      <span className={styles.icon}>
        <Icon name={icon} />
      </span>
      <h2 className={styles.title}>{title}</h2>
      {children !== undefined && <div className={styles.text}>{children}</div>}
    </div>
  );
}

/** It could not be read: what happened and what to do, never mistaken for nothing there. */
export function Failed({ error, again }: { readonly error: unknown; readonly again: () => void }) {
  const problem = error instanceof ApiProblem ? error : undefined;
  const isUnreachable = problem?.code === 'UNREACHABLE';
  const title = isUnreachable
    ? texts.failed.unreachable
    : problem?.status === 403
      ? texts.failed.forbidden
      : texts.failed.title;
  return (
    <div className={styles.state} data-failed role="alert">
      <span className={styles.icon}>
        <Icon name="warn" />
      </span>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.text}>
        <p>{isUnreachable ? texts.failed.unreachableHint : <Named>{problem?.message ?? String(error)}</Named>}</p>
        {problem !== undefined && problem.advice !== '' && (
          <p>
            <Named>{problem.advice}</Named>
          </p>
        )}
        {problem !== undefined && !isUnreachable && <p className={styles.code}>{problem.code}</p>}
      </div>
      <Button variant="default" onClick={again}>
        {texts.again}
      </Button>
    </div>
  );
}

/** It is being read. What is there in less than a moment shows nothing in between. */
export function Reading() {
  return (
    <div className={styles.reading} role="status">
      <span className={styles.bar} />
      <span className={styles.bar} />
      <span className={styles.bar} />
      <span className="unseen">{texts.loading}</span>
    </div>
  );
}
