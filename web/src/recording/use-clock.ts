import { useEffect, useRef, useState } from 'react';

/** A time that runs from 0 to an end at a speed, can be stopped and put anywhere; it begins at its end, at rest. */
export function useClock(endMs: number, speed: number) {
  const [atMs, setAt] = useState(endMs);
  const [isRunning, setRunning] = useState(false);
  const at = useRef(atMs);
  at.current = Math.min(atMs, endMs);
  useEffect(() => {
    if (!isRunning) return;
    let frame = 0;
    let before = performance.now();
    const step = (now: number) => {
      const next = at.current + (now - before) * speed;
      before = now;
      setAt(Math.min(next, endMs));
      if (next >= endMs) setRunning(false);
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [isRunning, speed, endMs]);
  const toggle = () => {
    if (!isRunning && at.current >= endMs) setAt(0);
    setRunning(!isRunning);
  };
  return { atMs: Math.min(atMs, endMs), isRunning, toggle, go: setAt };
}
