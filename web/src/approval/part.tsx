import { createContext, type ReactNode, useContext } from 'react';
import sheets from '../looks/sheets.module.css';
import styles from './question.module.css';

/** The heading of a part: one below that of what it is a part of. */
export const PartHeading = createContext<'h2' | 'h3' | 'h4'>('h2');

interface PartProps {
  readonly title: string;
  readonly hint?: string;
  readonly meaning?: 'no' | 'ask';
  readonly children: ReactNode;
}

/** One part of what is shown, under its title; coloured where it is a warning. */
export function Part({ title, hint, meaning, children }: PartProps) {
  const Heading = useContext(PartHeading);
  return (
    <section className={meaning === undefined ? styles.part : sheets.notice} data-meaning={meaning}>
      <Heading className={styles.title}>
        {title} {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </Heading>
      {children}
    </section>
  );
}
