import type { Detection } from '../masking/detect/detection.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import { ArchiveEntries, type ArchiveEntry } from '../recording/archive-entries.ts';
import type { KeptFile, KeptFiles } from '../recording/keeping.ts';
import type { Typed } from './recording.ts';

/** Limits of what is told of the files of an archive; more are counted. */
export const ARCHIVE_LIMITS = Object.freeze({
  /** In the recording. */
  filesMax: 10_000,
  /** In the journal's own line of its end. */
  filesInLineMax: 64,
});

interface Parts {
  /** Counts and digests one file, under the journal's own key: a file may be a secret, and a plain digest of a short one could be tried. */
  readonly typed: () => Typed;
  readonly onFile: (file: KeptFile) => void;
  /** What knows values in the names of files. */
  readonly detection: Detection;
}

/** The files of an archive while it passes: name, kind, size, mode and digest. What is no archive has none. */
export class ArchiveFiles {
  readonly #first: KeptFile[] = [];
  readonly #entries: ArchiveEntries;
  #count = 0;

  constructor({ typed, onFile, detection }: Parts) {
    let entry: ArchiveEntry | undefined;
    let counted: Typed | undefined;
    this.#entries = new ArchiveEntries({
      begin: (begun) => {
        entry = begun;
        counted = begun.kind === 'file' ? typed() : undefined;
      },
      data: (chunk) => counted?.take(chunk),
      end: (isWhole) => {
        if (entry === undefined) return;
        const { path, kind, bytes, mode } = entry;
        const digest = counted?.end().digest;
        const file = {
          path: maskedText(path, detection),
          kind,
          bytes,
          mode,
          ...(digest === undefined ? {} : { digest }),
          ...(isWhole ? {} : { isCut: true as const }),
        };
        this.#count += 1;
        if (this.#count <= ARCHIVE_LIMITS.filesMax) onFile(file);
        if (this.#first.length < ARCHIVE_LIMITS.filesInLineMax) this.#first.push(file);
      },
    });
  }

  take(chunk: Buffer): void {
    this.#entries.take(chunk);
  }

  /** Once, when nothing follows; undefined where there was none. */
  end(): KeptFiles | undefined {
    this.#entries.end();
    if (this.#count === 0) return undefined;
    return { count: this.#count, first: this.#first, ...(this.#entries.isArchive ? {} : { isPart: true }) };
  }
}
