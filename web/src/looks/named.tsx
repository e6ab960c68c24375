import { segments } from '../words/segments.ts';
import { Seen } from './seen.tsx';
import styles from './text.module.css';

/** A sentence of the gateway's, or of these pages: what stands between backticks is drawn as a name. T54: all of it is text. */
export function Named({ children }: { readonly children: string }) {
  return segments(children).map(({ text, isName }, index) =>
    isName ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence have no other name
      <code key={index} className={styles.name}>
        <Seen>{text}</Seen>
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one sentence have no other name
      <Seen key={index}>{text}</Seen>
    ),
  );
}
