import { ApiProblem } from '../api/problem.ts';
import { Named } from './named.tsx';
import styles from './problem-line.module.css';

/** Why what was just pressed was not done; nothing where nothing went wrong. */
export function ProblemLine({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  const advice = error instanceof ApiProblem ? error.advice : '';
  return (
    <p className={styles.line} role="alert">
      <Named>{[error.message, advice].filter(Boolean).join('; ')}</Named>
    </p>
  );
}
