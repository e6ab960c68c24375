import { type ReactNode, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { texts } from '../words/texts.ts';
import buttons from './buttons.module.css';
import textStyles from './text.module.css';
import { ROWS_MAX, WHOLE_ROWS_MAX } from './use-windowed.ts';

/** Limit: so many rows are put on the page at once where the reader asks for it, or prints. */
const PRINTED_ROWS_MAX = 20_000;

/** A list of `count` rows: whole where it is short, where its reader wants it so, and where it is printed; else what is near the screen. */
export function WholeList({
  count,
  children,
}: {
  readonly count: number;
  readonly children: (isWhole: boolean) => ReactNode;
}) {
  const [isWanted, want] = useState(false);
  const isPrinting = usePrinting();
  const isLong = count > WHOLE_ROWS_MAX;
  const mayBeWhole = count <= PRINTED_ROWS_MAX;
  return (
    <>
      {isLong && (
        <p className={textStyles.fine}>
          {texts.longList.hint(count)} {count > ROWS_MAX && `${texts.longList.cut(ROWS_MAX)} `}
          {mayBeWhole ? (
            <button type="button" className={buttons.small} aria-pressed={isWanted} onClick={() => want(!isWanted)}>
              {texts.longList.whole}
            </button>
          ) : (
            texts.longList.tooLong(PRINTED_ROWS_MAX)
          )}
        </p>
      )}
      {children(!isLong || (mayBeWhole && (isWanted || isPrinting)))}
    </>
  );
}

/** Whether the page is being printed: what is printed is drawn before the browser takes it. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return isPrinting;
}
