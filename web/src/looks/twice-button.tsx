import type { ReactNode } from 'react';
import buttons from './buttons.module.css';
import { useArmed } from './use-armed.ts';

interface Props {
  readonly children: ReactNode;
  /** What it says once it was pressed. */
  readonly sure: ReactNode;
  readonly act: () => void;
  readonly isBusy?: boolean;
}

/** A button for what cannot be taken back: it acts when it is pressed twice. */
export function TwiceButton({ children, sure, act, isBusy = false }: Props) {
  const { isArmed, press } = useArmed({ isNeeded: true, about: 'this', act });
  return (
    <button type="button" className={buttons.risky} data-armed={isArmed || undefined} disabled={isBusy} onClick={press}>
      <span aria-live="polite">{isArmed ? sure : children}</span>
    </button>
  );
}
