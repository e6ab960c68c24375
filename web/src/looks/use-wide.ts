import { useSyncExternalStore } from 'react';

const wide = matchMedia('(width >= 75rem)');

/** Whether there is room for a list and what is chosen in it beside each other; as inbox.module.css has it. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      wide.addEventListener('change', listener);
      return () => wide.removeEventListener('change', listener);
    },
    () => wide.matches,
  );
}
