import type { JournalPort } from '../pipeline/record-ports.ts';
import type { Event } from '../recording/event.ts';

/** The journal, whose events are heard as they are written. */
export function heardBy(journal: JournalPort, listeners: readonly { hear(event: Event): void }[]): JournalPort {
  return {
    append(event) {
      const taken = journal.append(event);
      for (const listener of listeners) listener.hear(event);
      return taken;
    },
  };
}
