/*
 * Whether somebody is at the page. What a page asks by itself, on a timer or because something was told, says so, and does not keep a session alive that its
 * person has left.
 */

/** After so long without a key, a press or a scroll nobody is there, in milliseconds. */
const AWAY_AFTER_MS = 20_000;

let lastAt = Date.now();

for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const)
  window.addEventListener(
    event,
    () => {
      lastAt = Date.now();
    },
    { capture: true, passive: true },
  );

/** What a question says that nobody asked. */
export function backgroundHeader(): Readonly<Record<string, string>> {
  return Date.now() - lastAt < AWAY_AFTER_MS ? {} : { 'x-background': 'true' };
}
