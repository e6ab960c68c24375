import { type ReactNode, useId } from 'react';
import { texts } from '../words/texts.ts';
import { visible } from '../words/visible.ts';
import { Named } from './named.tsx';
import { Seen } from './seen.tsx';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly wrong?: string | undefined;
  /** What stands in it, where a link may have put it there: a field shows text as it wants to be seen (T78). */
  readonly given?: string;
  readonly children: (attributes: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A field with its name, what may stand in it, and what is wrong with what does. */
export function Field({ label, hint, wrong, given = '', children }: Props) {
  const id = useId();
  const said = `${id}-said`;
  const shown = visible(given).some(({ isHidden }) => isHidden) ? `${id}-shown` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': shown === undefined ? said : `${shown} ${said}`,
        'aria-invalid': wrong !== undefined,
      })}
      {shown !== undefined && (
        <span id={shown} className="field-wrong">
          {texts.unseen} <Seen>{given}</Seen>
        </span>
      )}
      <span id={said} className={wrong === undefined ? 'field-hint' : 'field-wrong'}>
        <Named>{wrong ?? hint ?? ''}</Named>
      </span>
    </div>
  );
}
