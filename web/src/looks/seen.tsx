import { visible } from '../words/visible.ts';
import styles from './text.module.css';

/** Other people's text: as it is, with what cannot be seen drawn by its number (T54, T78). */
export function Seen({ children }: { readonly children: string }) {
  return visible(children).map(({ text, isHidden }, index) =>
    isHidden ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: runs of one text have no other name
      <span key={index} className={styles.hidden} title="a character that cannot be seen">
        {text}
      </span>
    ) : (
      text
    ),
  );
}
