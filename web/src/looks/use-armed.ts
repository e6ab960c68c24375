import { useEffect, useState } from 'react';

/** How long a first press is remembered, in milliseconds. */
const ARMED_MS = 6_000;

/** A press that counts when it comes twice: the first arms, the second does. */
export function useArmed(
  isNeeded: boolean,
  act: () => void,
): { readonly isArmed: boolean; readonly press: () => void; readonly disarm: () => void } {
  const [isArmed, setArmed] = useState(false);
  useEffect(() => {
    if (!isArmed) return;
    const timer = setTimeout(() => setArmed(false), ARMED_MS);
    return () => clearTimeout(timer);
  }, [isArmed]);
  const press = () => {
    if (isNeeded && !isArmed) return setArmed(true);
    setArmed(false);
    act();
  };
  return { isArmed, press, disarm: () => setArmed(false) };
}
