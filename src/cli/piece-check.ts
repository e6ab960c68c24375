import { PieceError, readRecorded } from '../catalog/read-pieces.ts';
import type { ExchangeRecorded } from '../recording/event.ts';
import { packName } from '../recording/piece.ts';
import { isInRanges, type Ranges } from '../recording/ranges.ts';

/** A piece that is not what was written, and the event that names it. */
export interface PieceFault {
  readonly seq: number;
  readonly pack: string;
  readonly byte: number;
  readonly why: PieceError['why'];
}

/** Limit: places of pieces that are remembered as checked; one that is named again after so many others is checked again. */
const CHECKED_MAX = 1_000_000;

/** Checks the pieces that events name, each where it lies once. */
export class PieceCheck {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  checked = 0;
  /** Of those that may have been let go, the first of each event. */
  readonly #gone: PieceFault[] = [];
  #fault: PieceFault | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async check({ pieces, isList }: ExchangeRecorded, seq: number): Promise<void> {
    for (const ref of pieces) {
      const key = ref.join(' ');
      if (this.#seen.has(key)) continue;
      if (this.#seen.size >= CHECKED_MAX) this.#seen.clear();
      try {
        for await (const _ of readRecorded(this.#folder, { pieces: [ref], ...(isList ? { isList } : {}) }))
          this.checked++;
        this.#seen.add(key);
      } catch (error) {
        if (!(error instanceof PieceError)) throw error;
        const [pack, byte] = error.ref;
        const fault = { seq, pack: packName(pack), byte, why: error.why };
        if (error.why === 'altered') this.#fault ??= fault;
        else if (this.#gone.at(-1)?.seq !== seq) this.#gone.push(fault);
      }
    }
  }

  /** The first that is not what was written, but for the pieces of these events, which rules let go. */
  faultBut(bodies: Ranges): PieceFault | undefined {
    const missing = this.#gone.find(({ seq }) => !isInRanges(bodies, seq));
    return [this.#fault, missing].filter((fault) => fault !== undefined).sort((a, b) => a.seq - b.seq)[0];
  }
}

/** The piece in one sentence without a final stop. */
export function pieceSentence(fault: PieceFault | undefined): string {
  if (fault === undefined) return '';
  const why = fault.why !== 'altered' ? 'is not there' : 'is not what was written';
  return `${fault.pack}, byte ${fault.byte}: the piece that event ${fault.seq} names ${why}`;
}
