import { useSyncExternalStore } from 'react';

/** Widths at which a page is laid out in another way, as its styles have them. */
const QUERIES = {
  /** Room for a list and what is chosen in it beside each other; as inbox.module.css has it. */
  split: matchMedia('(width >= 75rem)'),
  /** More than a phone. */
  desk: matchMedia('(width >= 48rem)'),
};

/** Whether there is so much room. */
export function useWide(room: keyof typeof QUERIES): boolean {
  const query = QUERIES[room];
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}
