import { useState } from 'react';
import { texts } from '../words/texts.ts';
import styles from './command.module.css';
import { Icon } from './icon.tsx';

/** A command line that does the same, to be copied with one press. */
export function Command({ line }: { readonly line: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(line).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_500);
    });
  };
  return (
    <div className={styles.command}>
      <code className={styles.line}>
        {line.split(' ').map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word is its place
          <span key={index}>
            {index > 0 && ' '}
            <span className={styles.word}>{word}</span>
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
