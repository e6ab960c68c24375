/** Limit: so many frames a row is waited for until it is drawn. */
const LOOKS_MAX = 30;
/** So many frames a row is put into the middle again once it is there: those about it are measured meanwhile. */
const STEADY_LOOKS = 2;

/** Brings a row of a list into the middle of the screen; one that is not drawn is scrolled to by where it should stand, and drawn by that. */
export function comeToRow(
  list: HTMLElement,
  row: number,
  startOf: (row: number) => number,
  looks = 0,
  steady = 0,
): void {
  const element = list.querySelector(`:scope > [data-index="${row}"]`);
  if (element === null) scrollBy(0, list.getBoundingClientRect().top + startOf(row) - innerHeight / 2);
  else element.scrollIntoView({ block: 'center' });
  const next = element === null ? 0 : steady + 1;
  if (next > STEADY_LOOKS || looks > LOOKS_MAX) return;
  requestAnimationFrame(() => comeToRow(list, row, startOf, looks + 1, next));
}
