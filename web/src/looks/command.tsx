import { useState } from 'react';
import { texts } from '../words/texts.ts';
import styles from './command.module.css';
import { Icon } from './icon.tsx';
import { Seen } from './seen.tsx';

interface CommandProps {
  readonly line: string;
  /** Whether it goes into a file and not into a shell. */
  readonly isText?: boolean;
}

/** A command line that does the same, or another line that goes elsewhere as it is, to be copied with one press. */
export function Command({ line, isText = false }: CommandProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(line).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  };
  return (
    <div className={styles.command}>
      <code className={isText ? styles.line : `${styles.line} ${styles.prompted}`}>
        {line.split('\n').map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
          <span key={index} className={styles.row}>
            <Row row={row} />
          </span>
        ))}
      </code>
      <button type="button" className={styles.copy} onClick={copy} aria-label={`${texts.copy}: ${line}`}>
        <Icon name={isCopied ? 'check' : 'copy'} />
        <span aria-live="polite">{isCopied ? texts.copied : texts.copy}</span>
      </button>
    </div>
  );
}

/** Its words, each of which goes to the next line whole. */
function Row({ row }: { readonly row: string }) {
  return row.split(' ').map((word, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a word is its place
    <span key={index}>
      {index > 0 && ' '}
      <span className={styles.word}>
        <Seen>{word}</Seen>
      </span>
    </span>
  ));
}

/** What a page does, as commands. */
export function SameByCommand({ lines }: { readonly lines: readonly string[] }) {
  return (
    <div className={styles.same}>
      <p className={styles.title}>{texts.sameByCommand}</p>
      {lines.map((line) => (
        <Command key={line} line={line} />
      ))}
    </div>
  );
}
