import { Named } from '../looks/named.tsx';
import styles from './question.module.css';

/** Sentences of the gateway's, one on a line. */
export function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul className={styles.list}>
      {lines.map((line) => (
        <li key={line}>
          <Named>{line}</Named>
        </li>
      ))}
    </ul>
  );
}
