/*
 * How one signing key follows another: a note that both signed, so that whoever trusts either may trust the other. The journal's folder keeps them, each a JSON string in a
 * line of its own.
 */
import type { KeyObject } from 'node:crypto';
import { openNote, signNote, verifierKey } from './checkpoint.ts';

/** The file of the notes, in the journal's folder. */
export const KEY_NOTES_FILE = 'keys.jsonl';

/** The note that `next` follows `last`, as a line of the file without its end. */
export function keyNote(origin: string, last: KeyObject, next: KeyObject): string {
  const lines = [origin, `key ${verifierKey(origin, last)}`, `is followed by ${verifierKey(origin, next)}`];
  const [text, ours] = signNote(origin, lines, last).split('\n\n') as [string, string];
  const [, theirs] = signNote(origin, lines, next).split('\n\n') as [string, string];
  return JSON.stringify(`${text}\n\n${ours}${theirs}`);
}

/** The keys that may be trusted by who trusts `verifier`, itself among them; a note that is not signed by both of its keys adds none. */
export function trustedKeys(verifier: string, text: string): readonly string[] {
  const pairs = text.split('\n').flatMap((line) => (line === '' ? [] : pairOf(line)));
  const trusted = new Set([verifier.trim()]);
  for (let before = 0; before !== trusted.size; ) {
    before = trusted.size;
    for (const [last, next] of pairs) if (trusted.has(last) || trusted.has(next)) trusted.add(last).add(next);
  }
  return [...trusted];
}

/** The two keys of a note that both signed; none of any other. */
function pairOf(line: string): readonly (readonly [string, string])[] {
  let note: unknown;
  try {
    note = JSON.parse(line);
  } catch {
    return [];
  }
  if (typeof note !== 'string') return [];
  const said = note.split('\n');
  const last = /^key (\S+)$/.exec(said[1] ?? '')?.[1];
  const next = /^is followed by (\S+)$/.exec(said[2] ?? '')?.[1];
  if (last === undefined || next === undefined) return [];
  const isSigned = typeof openNote(note, last) !== 'string' && typeof openNote(note, next) !== 'string';
  return isSigned ? [[last, next]] : [];
}
