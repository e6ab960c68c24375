/** Limit: as much of what a thread of our own makes may stand until V8 looks for garbage in it. What V8 takes by itself is several times that, and it stays with the thread. */
const YOUNG_MEGABYTES = 8;

/** Options of a thread of our own: how the system tells what it takes, and that it takes no more memory than its work needs. */
export function ownThread(name: string) {
  return { name, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES } } as const;
}
