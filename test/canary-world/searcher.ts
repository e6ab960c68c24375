import { createHash } from 'node:crypto';
import type { Canary } from './canary.ts';
import { formsOf } from './forms.ts';
import { layersOf } from './layers.ts';

/** Where a canary was found. */
export interface Hit {
  readonly canary: string;
  /** How it was written. */
  readonly form: string;
  /** What was unpacked on the way to it, outermost first. */
  readonly layers: readonly string[];
  /** What stands around it. */
  readonly around: string;
}

interface Needle {
  readonly canary: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Limit: how often what was unpacked is unpacked once more. */
const layersMax = 6;
const aroundBytes = 100;

/** Finds canaries in bytes, in every form that tools write and in what is packed or encoded in them. Bytes that it has seen are not looked at twice. */
export class Searcher {
  readonly #needles = new Map<number, Needle[]>();
  /** Whether any needle begins with these two bytes. */
  readonly #begins = new Uint8Array(0x10000);
  readonly #seen = new Map<string, readonly Hit[]>();

  constructor(canaries: readonly Canary[]) {
    for (const { id, value } of canaries)
      for (const { name, bytes } of formsOf(value)) {
        this.#begins[bytes.readUInt16BE(0)] = 1;
        const four = bytes.readUInt32BE(0);
        const others = this.#needles.get(four) ?? [];
        this.#needles.set(four, [...others, { canary: id, form: name, bytes }]);
      }
  }

  /** The first place of each canary in each layer. */
  in(bytes: Buffer): readonly Hit[] {
    return this.#in(bytes, []);
  }

  #in(bytes: Buffer, layers: readonly string[]): readonly Hit[] {
    const digest = createHash('sha1').update(bytes).digest('latin1');
    const known = this.#seen.get(digest);
    if (known !== undefined) return known;
    const hits = this.#asItStands(bytes, layers);
    this.#seen.set(digest, hits); // before what is below: bytes may unpack to themselves
    const deeper = layers.length >= layersMax ? [] : layersOf(bytes);
    const all = [...hits, ...deeper.flatMap((layer) => this.#in(layer.bytes, [...layers, layer.name]))];
    this.#seen.set(digest, all);
    return all;
  }

  #asItStands(bytes: Buffer, layers: readonly string[]): readonly Hit[] {
    const found = new Map<string, Hit>();
    for (let at = 0; at + 4 <= bytes.length; at++) {
      if (this.#begins[((bytes[at] as number) << 8) | (bytes[at + 1] as number)] === 0) continue;
      for (const needle of this.#needles.get(bytes.readUInt32BE(at)) ?? []) {
        const end = at + needle.bytes.length;
        if (found.has(needle.canary) || end > bytes.length) continue;
        if (bytes.compare(needle.bytes, 0, needle.bytes.length, at, end) !== 0) continue;
        const around = bytes.toString('latin1', Math.max(0, at - aroundBytes), end + aroundBytes);
        found.set(needle.canary, { canary: needle.canary, form: needle.form, layers, around });
      }
    }
    return [...found.values()];
  }
}
