/*
 * What stays of events that a rule has let go: one line for a run of them, with their leaf hashes, so that the tree over all events is the same as before, and the hash
 * of the last of them, so that the chain goes on. That they may be gone is said by a `retention.applied` event, which names them.
 *
 *   {"gone":[7,9],"leaves":"<base64, 32 bytes each>","chain":"<hash of the last>","check":"<SHA-256 of what stands before>"}
 */
import { hash } from 'node:crypto';
import type { Subtree } from './merkle-tree.ts';

/** Events that are not here any more. */
export interface Gone {
  readonly from: number;
  readonly to: number;
  /** What their leaves are together; each has the size 1 where only some of a segment are gone. */
  readonly subtrees: readonly Subtree[];
  /** The hash of the last of them. */
  readonly chain: string;
}

/** Limit: events in one such line. */
export const GONE_PER_LINE_MAX = 4_000;

/** The line, without its end, for events whose leaves these are. */
export function goneLine(from: number, leaves: readonly Buffer[], chain: string): string {
  const text = `{"gone":[${from},${from + leaves.length - 1}],"leaves":"${Buffer.concat(leaves).toString('base64')}","chain":"${chain}"`;
  return `${text},"check":"${hash('sha256', text, 'hex')}"}`;
}

const FORM =
  /^(\{"gone":\[([1-9]\d{0,14}),([1-9]\d{0,14})\],"leaves":"([A-Za-z0-9+/=]*)","chain":"([0-9a-f]{64})"),"check":"([0-9a-f]{64})"\}$/;

/** Whether a line means to be one of events that are gone. */
export function isGoneLine(line: Buffer): boolean {
  return line.length > START.length && line.subarray(0, START.length).equals(START);
}

const START = Buffer.from('{"gone":[');

/** What such a line says; undefined where these are not the bytes that were written. */
export function parseGone(line: Buffer): Gone | undefined {
  const [, text, from, to, encoded, chain, check] = FORM.exec(line.toString('latin1')) ?? [];
  if (text === undefined || encoded === undefined || chain === undefined || hash('sha256', text, 'hex') !== check)
    return undefined;
  const leaves = Buffer.from(encoded, 'base64');
  const count = Number(to) - Number(from) + 1;
  if (count < 1 || leaves.length !== count * 32) return undefined;
  const subtrees = Array.from({ length: count }, (_, i) => ({ size: 1, hash: leaves.subarray(i * 32, i * 32 + 32) }));
  return { from: Number(from), to: Number(to), subtrees, chain };
}
