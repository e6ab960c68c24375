import type { ReactNode } from 'react';
import styles from './question.module.css';

interface PartProps {
  readonly title: string;
  readonly hint?: string;
  readonly meaning?: 'no' | 'ask';
  readonly children: ReactNode;
}

/** One part of what is shown, under its title; coloured where it is a warning. */
export function Part({ title, hint, meaning, children }: PartProps) {
  return (
    <section className={styles.part} data-meaning={meaning}>
      <h3 className={styles.title}>
        {title} {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </h3>
      {children}
    </section>
  );
}
