import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gone } from '../recording/gone.ts';
import { KEY_NOTES_FILE, trustedKeys } from '../recording/key-notes.ts';
import { leafHash, MerkleTree } from '../recording/merkle-tree.ts';
import { openSeal, readSeal, type Seal } from '../recording/seal.ts';
import { sealName } from '../recording/segment-name.ts';
import { segmentFiles } from '../segments/segment-files.ts';

/** What was found of seals. */
export interface SealsChecked {
  readonly checked: number;
  /** Whether signatures were checked too, which needs a key. */
  readonly areSigned: boolean;
  /** The first that does not hold, in one sentence without a final stop. */
  readonly fault: string | undefined;
}

/** Holds the seals of a journal against its events, while these come by in order. */
export class SealCheck {
  readonly #seals = new Map<number, Seal>();
  readonly #areSigned: boolean;
  #tree: MerkleTree | undefined;
  #fault: string | undefined;
  #checked = 0;

  /** `publicKey`: one that is trusted, and with it those that follow it; undefined: no signature is checked. @throws {Error} of the file system */
  constructor(folder: string, publicKey: string | undefined) {
    this.#areSigned = publicKey !== undefined;
    const notes = join(folder, KEY_NOTES_FILE);
    const keys =
      publicKey === undefined ? [] : trustedKeys(publicKey, existsSync(notes) ? readFileSync(notes, 'utf8') : '');
    let origin: string | undefined;
    for (const { number } of segmentFiles(folder)) {
      const path = join(folder, sealName(number));
      if (!existsSync(path)) continue;
      const note = readFileSync(path, 'utf8');
      const seal = publicKey === undefined ? (readSeal(note) ?? 'it is no seal') : openSeal(note, keys);
      if (typeof seal === 'string') this.#fail(number, seal);
      else if (seal.segment !== number) this.#fail(number, `it is that of segment ${seal.segment}`);
      else if (origin !== undefined && seal.origin !== origin) this.#fail(number, 'it is of another journal');
      else {
        origin = seal.origin;
        this.#seals.set(seal.to, seal);
        if (this.#tree === undefined) this.#tree = MerkleTree.of(seal.before);
      }
    }
    this.#tree ??= new MerkleTree();
  }

  /** The next event. */
  add(seq: number, line: Buffer): void {
    if (!this.#isNext(seq)) return;
    this.#tree?.add(leafHash(line));
    this.#compare(seq, line.toString('latin1', line.length - 66, line.length - 2));
  }

  /** The next events, that are gone. */
  addGone({ from, to, subtrees, chain }: Gone): void {
    if (!this.#isNext(from)) return;
    for (const { size, hash } of subtrees) this.#tree?.addSubtree(size, hash);
    this.#compare(to, chain);
  }

  found(): SealsChecked {
    return { checked: this.#checked, areSigned: this.#areSigned, fault: this.#fault };
  }

  /** A journal whose first events were moved away and not sealed has no tree. */
  #isNext(seq: number): boolean {
    if (this.#tree?.size === seq - 1) return true;
    this.#tree = undefined;
    return false;
  }

  #compare(seq: number, chain: string): void {
    const seal = this.#seals.get(seq);
    if (seal === undefined) return;
    const isSame = this.#tree?.root().equals(seal.root) === true && seal.chain === chain;
    if (isSame) this.#checked += 1;
    else this.#fail(seal.segment, `the events up to ${seq} are not those that were signed`);
  }

  #fail(segment: number, why: string): void {
    this.#fault ??= `\`${sealName(segment)}\`: ${why}`;
  }
}
