/** The file name of a segment; names sort as segments do. */
export function segmentName(segment: number): string {
  return `journal-${String(segment).padStart(8, '0')}.jsonl`;
}

/** The numbers of the segments among the names of a folder, in order. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => {
      const digits = /^journal-(\d{8,15})\.jsonl$/.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .sort((a, b) => a - b);
}
