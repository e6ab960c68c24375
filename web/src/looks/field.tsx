import { type ReactNode, useId } from 'react';
import { Named } from './named.tsx';

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly wrong?: string | undefined;
  readonly children: (attributes: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

/** A field with its name, what may stand in it, and what is wrong with what does. */
export function Field({ label, hint, wrong, children }: Props) {
  const id = useId();
  const said = `${id}-said`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': said, 'aria-invalid': wrong !== undefined })}
      <span id={said} className={wrong === undefined ? 'field-hint' : 'field-wrong'}>
        <Named>{wrong ?? hint ?? ''}</Named>
      </span>
    </div>
  );
}
