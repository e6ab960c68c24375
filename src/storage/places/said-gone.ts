/*
 * What the journal itself says that rules let go: the ranges of its `retention.applied` events, read from segments whose seals a trusted key signed, that follow one another
 * from the first to the last, and that are what was signed. What stands in segments that are not sealed yet is only known to be on its way.
 *
 * Security: nothing of it is kept on the disk between two starts. It is read when something that was copied is not here any more, and then only on.
 */
import { readdirSync } from 'node:fs';
import type { ChainHead } from '../../recording/chain.ts';
import type { Event } from '../../recording/event.ts';
import { MerkleTree } from '../../recording/merkle-tree.ts';
import { mergeRanges, type Ranges } from '../../recording/ranges.ts';
import { readChain } from '../../recording/read-chain.ts';
import type { Seal } from '../../recording/seal.ts';
import { sealNumbers } from '../../recording/segment-name.ts';
import { readSigned } from '../../segments/read-signed.ts';
import { readSegmentFile, segmentFiles } from '../../segments/segment-files.ts';
import { type TrustedKeys, trustedSeal } from './trusted-seal.ts';

/** The numbers of events that are let go, and of those whose pieces are. */
export interface LetGo {
  readonly events: Ranges;
  readonly bodies: Ranges;
}

/** Reads it. */
export class SaidGone {
  readonly #folder: string;
  readonly #trusted: TrustedKeys;
  #last: Seal | undefined;
  #signed: LetGo = { events: [], bodies: [] };
  #coming: LetGo = { events: [], bodies: [] };

  constructor(folder: string, trusted: TrustedKeys) {
    this.#folder = folder;
    this.#trusted = trusted;
  }

  /** What signed segments say. */
  get signed(): LetGo {
    return this.#signed;
  }

  /** That, and what segments say that are not sealed yet. */
  get coming(): LetGo {
    return this.#coming;
  }

  /** Reads on. A segment that does not hold ends what is said: nothing behind it counts. @throws {Error} of the file system */
  async read(): Promise<void> {
    const files = new Map(segmentFiles(this.#folder).map((file) => [file.number, file]));
    for (const number of sealNumbers(readdirSync(this.#folder))) {
      if (number <= (this.#last?.segment ?? 0)) continue;
      const seal = this.#sealOf(number);
      const form = files.get(number)?.form;
      if (seal === undefined || form === 'plain' || form === undefined) break;
      const said = new Said(this.#signed);
      if (form === 'sealed' && !(await readSigned(this.#folder, seal, { onEvent: ({ event }) => said.take(event) })))
        break;
      this.#signed = said.done();
      this.#last = seal;
    }
    await this.#readComing();
  }

  /** The seal of a segment, where a trusted key signed it and it goes on from the one before. */
  #sealOf(number: number): Seal | undefined {
    const seal = trustedSeal(this.#folder, number, this.#trusted);
    const last = this.#last;
    if (typeof seal === 'string') return undefined;
    const isNext =
      last === undefined ||
      (seal.origin === last.origin && seal.from === last.to + 1 && MerkleTree.of(seal.before).root().equals(last.root));
    return isNext ? seal : undefined;
  }

  async #readComing(): Promise<void> {
    const said = new Said(this.#signed);
    let head: ChainHead | undefined = this.#last && { seq: this.#last.to, hash: this.#last.chain };
    for (const { number, form } of segmentFiles(this.#folder)) {
      if (number <= (this.#last?.segment ?? 0)) continue;
      if (form === 'gone') break;
      const reading = readChain(readSegmentFile(this.#folder, number), head);
      let step = await reading.next();
      for (; !step.done; step = await reading.next()) for (const { event } of step.value) said.take(event);
      if (step.value.fault !== undefined) break;
      head = step.value.head;
    }
    this.#coming = said.done();
  }
}

/** What is put together while events come by. */
class Said {
  readonly #events: (readonly [number, number])[];
  readonly #bodies: (readonly [number, number])[];

  constructor({ events, bodies }: LetGo) {
    this.#events = [...events];
    this.#bodies = [...bodies];
  }

  take(event: Event): void {
    if (event.type !== 'retention.applied') return;
    this.#events.push(...event.events);
    this.#bodies.push(...event.bodies);
  }

  done(): LetGo {
    return { events: mergeRanges(this.#events), bodies: mergeRanges(this.#bodies) };
  }
}
