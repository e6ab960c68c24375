import { useSyncExternalStore } from 'react';
import { gatewayNow } from '../api/clock.ts';

const listeners = new Set<() => void>();
let now = gatewayNow();
let timer: ReturnType<typeof setInterval> | undefined;

/** The gateway's time to the second; one timer for all that count, and none where nothing does. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  const next = gatewayNow();
  if (Math.abs(next - now) < 200) return;
  now = next;
  for (const listener of listeners) listener();
}
