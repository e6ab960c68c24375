import { formed, type MaskForm } from '../form/mask-form.ts';
import type { Compare } from '../form/mask-key.ts';
import { maskedRelease } from '../helm/masked-release.ts';
import { applyEdits, type Edit } from '../inside/edit.ts';
import { type InsideFound, insideEdits } from '../inside/inside-edits.ts';
import { escapedEdits, unescaped } from '../json/escapes.ts';
import { harmIn } from '../neutralise/neutraliser.ts';
import { Unwalkable } from '../tape/unwalkable.ts';
import type { ElementFound, Found, PartFound, WholeFound } from './found.ts';
import type { Keying } from './keying.ts';
import type { ObjectPlan } from './object-plan.ts';
import { withWalk } from './walk.ts';

/** Whose object it is, and how masks are made. */
export interface Making {
  readonly plan: ObjectPlan;
  readonly keying: Keying;
  readonly uid: string | undefined;
  /** Told of each value that is masked. */
  readonly masked: (rule: string) => void;
  /** Told of each value that a rule shows though it stands where values are masked. */
  readonly shown: () => void;
  /** Told of each character that is shown instead of done. */
  readonly neutralised?: () => void;
  /** Told of each string, by where it stands, in which nothing is, whatever object has it. */
  readonly harmless?: (start: number, end: number) => void;
}

/** The edits that put masks in the place of what was found, in order. */
export function maskEdits(bytes: Buffer, found: readonly Found[], making: Making): readonly Edit[] {
  if (found.length === 0) return [];
  const edits: Edit[] = [];
  for (const one of found) {
    switch (one.kind) {
      case 'whole':
        edits.push(wholeEdit(bytes, one, making));
        break;
      case 'element':
        edits.push(...elementEdits(bytes, one, making));
        break;
      case 'shown':
        making.shown();
        break;
      case 'number':
        making.masked(one.rule);
        edits.push({ start: one.start, end: one.end, text: '0' });
        break;
      default:
        for (const edit of partEdits(bytes, one, making)) edits.push(edit);
    }
  }
  return edits;
}

function wholeEdit(bytes: Buffer, { start, end, rule, path, form, compare }: WholeFound, making: Making): Edit {
  making.masked(rule);
  const text = maskFor(bytes.subarray(start, end), { rule, path, form, compare }, making);
  return { start, end, text: text.includes('\n') ? text.replaceAll('\n', '\\n') : text };
}

interface Stands {
  readonly rule: string;
  readonly path: string;
  readonly form: MaskForm;
  readonly compare: Compare;
}

function maskFor(value: Buffer, { rule, path, form, compare }: Stands, { keying, uid, plan }: Making): string {
  const { key, target, exchange, isComparable } = keying;
  const mask = key.maskOf({ target, uid: isComparable ? uid : undefined, path, exchange, compare }, value);
  if (keying.remember !== undefined && plan.honeytokens.has(rule)) keying.remember(mask, rule, path);
  return formed(mask, form, value);
}

function partEdits(bytes: Buffer, part: PartFound, making: Making): readonly Edit[] {
  const content = bytes.subarray(part.start, part.end);
  const said = unescaped(content);
  if (said === undefined) throw new Unwalkable('a string is not JSON');
  switch (part.kind) {
    case 'applied':
      return escapedEdits(content, safeEdits(said, appliedEdits(said, part, making), part, making), part.start);
    case 'release':
      return releaseEdits(bytes, said, part, making);
    case 'inside': {
      const edits = textEdits(said, part, making);
      // What is found in a text hangs on nothing but the text.
      if (edits.length === 0 && !part.isBase64 && !part.isMadeSafe) making.harmless?.(part.start, part.end);
      return escapedEdits(content, safeEdits(said, edits, part, making), part.start);
    }
  }
}

/** Edits, and between them such that show what does harm: of what is masked nothing is left. */
function safeEdits(said: Buffer, edits: readonly Edit[], part: PartFound, making: Making): readonly Edit[] {
  if (!part.isMadeSafe) return edits;
  const text = said.toString('utf8');
  const all = [...edits];
  let [units, bytes] = [0, 0];
  for (const harm of harmIn(text)) {
    const start = bytes + Buffer.byteLength(text.slice(units, harm.start));
    const end = start + Buffer.byteLength(text.slice(harm.start, harm.end));
    [units, bytes] = [harm.end, end];
    if (edits.some((edit) => start < edit.end && end > edit.start)) continue;
    making.neutralised?.();
    all.push({ start, end, text: harm.text });
  }
  return all.sort((one, other) => one.start - other.start);
}

/** The object as it was applied is masked as the object itself is, with the same masks at the same places. */
function appliedEdits(said: Buffer, part: PartFound, making: Making): readonly Edit[] {
  try {
    const { plan, harmless: _, ...rest } = making;
    return withWalk(plan, [said], true, (walk) => {
      const { found } = walk.document(plan.place, 'applied');
      if (!walk.isAtEnd()) throw new Unwalkable('something follows');
      return maskEdits(said, found, { ...rest, plan });
    });
  } catch (error) {
    if (!(error instanceof Unwalkable)) throw error;
    // What cannot be read as an object cannot be masked at its places.
    if (making.plan.place.isPlain) return textEdits(said, part, making);
    making.masked('applied');
    const mask = maskFor(said, { rule: 'applied', path: part.path, form: 'text', compare: 'field' }, making);
    return [{ start: 0, end: said.length, text: mask }];
  }
}

/** What stands behind `k:` or `v:` is masked as an element of the list; where it is none that can be read, all of it. */
function elementEdits(bytes: Buffer, element: ElementFound, making: Making): readonly Edit[] {
  const content = bytes.subarray(element.start + 2, element.end);
  const said = unescaped(content);
  if (said === undefined) throw new Unwalkable('a string is not JSON');
  const { plan, harmless: _, ...rest } = making;
  const edits = withWalk(plan, [said], true, (walk) => {
    const { found } = walk.document(element.place, 'none', element.isTelling);
    if (!walk.isAtEnd()) throw new Unwalkable('something follows an element');
    const placed = found.map((one) => ({ ...one, path: `${element.path}\n${one.path}` }));
    return maskEdits(said, placed, { ...rest, plan });
  });
  return escapedEdits(content, edits, element.start + 2);
}

/** Helm's record as it is written in the data of its object, with what is masked in it; whole in its place where it cannot be read. */
export function releaseText(written: string, making: Making): string {
  const bytes = Buffer.from(written);
  const part = { kind: 'release', start: 0, end: bytes.length, path: 'data\nrelease', isBase64: false } as const;
  return applyEdits(bytes, releaseEdits(bytes, bytes, part, making)).toString();
}

/** What Helm could not read is masked as what it stands in is: whole in a Secret, by its look elsewhere. */
function releaseEdits(bytes: Buffer, said: Buffer, part: PartFound, making: Making): readonly Edit[] {
  const { detection, release, manifestValues } = making.plan;
  const objectValues = manifestValues === undefined ? {} : { objectValues: manifestValues };
  const encodedTimes = release === 'secret' ? 2 : 1;
  const masked =
    detection === undefined
      ? unreadable
      : maskedRelease(said, { detection, encodedTimes, maskOf: maskOfFound(part, making), ...objectValues });
  switch (masked.kind) {
    case 'unchanged':
      return [];
    case 'masked':
      return [{ start: part.start, end: part.end, text: masked.text }];
    case 'unreadable':
      return release === 'secret'
        ? [
            wholeEdit(
              bytes,
              { ...part, kind: 'whole', rule: 'secret-values', form: 'base64', compare: 'field' },
              making,
            ),
          ]
        : escapedEdits(bytes.subarray(part.start, part.end), textEdits(said, part, making), part.start);
  }
}

const unreadable = { kind: 'unreadable' } as const;

function maskOfFound(part: Pick<PartFound, 'path'>, making: Making) {
  return ({ detector, path, value, form }: InsideFound) => {
    making.masked(detector);
    const compare = making.plan.compare.get(detector) ?? 'field';
    return maskFor(value, { rule: detector, path: `${part.path}\n${path}\n${detector}`, form, compare }, making);
  };
}

/** The edits that mask what is in a string that says a text or a document; `part` is where it stands. */
export function textEdits(
  said: Buffer,
  part: Pick<PartFound, 'path' | 'isBase64' | 'passwords'>,
  making: Making,
): readonly Edit[] {
  const { detection } = making.plan;
  if (detection === undefined) return [];
  const maskOf = maskOfFound(part, making);
  const edits = insideEdits(said, { detection, isBase64: part.isBase64, maskOf });
  // What a word of a command says was found in that very word.
  if (part.passwords?.text !== said.toString('utf8')) return edits;
  const mask = (span: Range) =>
    maskOf({ detector: 'keyed-secret', path: '', value: said.subarray(span.start, span.end), form: 'text' });
  return withSpans(edits, part.passwords.spans).map((one) => ('text' in one ? one : { ...one, text: mask(one) }));
}

type Range = Pick<Edit, 'start' | 'end'>;

/** Edits, and in the place of those that overlap a span, all of what both have. */
function withSpans(edits: readonly Edit[], spans: readonly Range[]): readonly (Edit | Range)[] {
  const joined: (Edit | Range)[] = [];
  for (const one of [...edits, ...spans].sort((a, b) => a.start - b.start)) {
    const before = joined.at(-1);
    if (before === undefined || one.start >= before.end) joined.push(one);
    else joined[joined.length - 1] = { start: before.start, end: Math.max(before.end, one.end) };
  }
  return joined;
}
