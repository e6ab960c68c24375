/** The file name of a segment; names sort as segments do. */
export function segmentName(segment: number): string {
  return `journal-${numbered(segment)}.jsonl`;
}

/** The numbers of the segments that can be written or are not sealed, among the names of a folder, in order. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return numbersIn(names, /^journal-(\d{8,15})\.jsonl$/);
}

/** The file name of a segment that was sealed: the same lines, compressed. */
export function sealedName(segment: number): string {
  return `${segmentName(segment)}.zst`;
}

/** The numbers of the segments whose lines are there compressed, in order. */
export function sealedNumbers(names: readonly string[]): readonly number[] {
  return numbersIn(names, /^journal-(\d{8,15})\.jsonl\.zst$/);
}

/** The file name of what is signed of a segment. */
export function sealName(segment: number): string {
  return `journal-${numbered(segment)}.seal`;
}

/** The numbers of the segments of which something is signed, in order. */
export function sealNumbers(names: readonly string[]): readonly number[] {
  return numbersIn(names, /^journal-(\d{8,15})\.seal$/);
}

function numbered(segment: number): string {
  return String(segment).padStart(8, '0');
}

function numbersIn(names: readonly string[], form: RegExp): readonly number[] {
  return names
    .flatMap((name) => {
      const digits = form.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .sort((a, b) => a - b);
}
