import { useEffect, useState } from 'react';

/** How long a first press is remembered, in milliseconds. */
const ARMED_MS = 6_000;

interface Options {
  /** Whether two presses are needed. */
  readonly isNeeded: boolean;
  /** What the press is about. Security: a first press counts for this alone, so that nothing else slips in before the second. */
  readonly about: string;
  readonly act: () => void;
}

/** A press that counts when it comes twice: the first arms, the second acts. */
export function useArmed({ isNeeded, about, act }: Options) {
  const [armedFor, setArmedFor] = useState<string>();
  useEffect(() => {
    if (armedFor === undefined) return;
    const timer = setTimeout(() => setArmedFor(undefined), ARMED_MS);
    return () => clearTimeout(timer);
  }, [armedFor]);
  const isArmed = armedFor === about;
  const press = () => {
    if (isNeeded && !isArmed) return setArmedFor(about);
    setArmedFor(undefined);
    act();
  };
  return { isArmed, press, disarm: () => setArmedFor(undefined) };
}
