import { useEffect, useRef, useState } from 'react';
import type { Cast } from '../recording/cast.ts';
import { type Run, Screen } from '../recording/screen.ts';
import { ScreenLines } from '../recording/screen-view.tsx';

/** The screen of a terminal that goes on: what is new is added to what was, and nothing is played again. */
export function GrowingScreen({ cast }: { readonly cast: Cast }) {
  const screen = useRef<Screen | undefined>(undefined);
  const turn = useRef<Promise<void>>(Promise.resolve());
  const [lines, setLines] = useState<readonly (readonly Run[])[]>([]);
  useEffect(() => {
    turn.current = turn.current.then(async () => {
      screen.current ??= new Screen(cast);
      setLines(await screen.current.grown(cast));
    });
  }, [cast]);
  return <ScreenLines lines={lines} />;
}
