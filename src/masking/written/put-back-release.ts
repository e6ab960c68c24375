/*
 * Helm's records: a revision is written again with another status, and a rollback writes a stored revision as a new one.
 *
 * A revision takes back what it is shown with itself; from another revision of its release only where config, manifest and hooks all are what that one is shown
 * with. What a new revision made of masks, as a chart does that hashes or encodes a value, is none of these, and is refused before anything has changed.
 */
import type { JsonObject, JsonValue } from '../../model/operation.ts';
import { putJsonValues } from '../../std/json-spans.ts';
import { decodedRelease, encodedRelease } from '../helm/masked-release.ts';
import { releaseText } from '../objects/mask-edits.ts';
import { counterpart } from './counterpart.ts';
import { holdsMask } from './holds-mask.ts';
import { childOf, isSame, type Leaf, leavesOf, type Restored, valueAt, withValues } from './leaves.ts';
import type { Source, View } from './source.ts';

/** How often a record that stands at this place is in base64; undefined where none does. */
export function releaseTimes(path: readonly string[], { plan }: View): 1 | 2 | undefined {
  if (plan.release === undefined || path.length !== 2 || path[0] !== 'data' || path[1] !== 'release') return undefined;
  return plan.release === 'secret' ? 2 : 1;
}

/** The record with its values put back, encoded as often; undefined where one cannot be. */
export function putBackRelease(leaf: Leaf, sources: readonly Source[], times: 1 | 2, view: View): string | undefined {
  const json = jsonOf(leaf.text, times);
  if (json === undefined) return undefined;
  const release = JSON.parse(json) as JsonValue;
  const leaves = leavesOf(release, holdsMask);
  for (const revision of sources.flatMap((source) => revisionOf(source, leaf.path, times, release))) {
    const strings = stringsOf(leaves, release, revision);
    if (strings === undefined || !isMaskedAgain(withValues(release, strings), leaves, { times, view, revision }))
      continue;
    return encoded(json, strings, times);
  }
  return undefined;
}

function encoded(json: string, strings: readonly Restored[], times: 1 | 2): string | undefined {
  try {
    return encodedRelease(Buffer.from(putJsonValues(json, strings)), times);
  } catch (error) {
    // A key that is there twice is read in two ways.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function jsonOf(text: string, times: 1 | 2): string | undefined {
  const json = decodedRelease(Buffer.from(text), times)?.toString('utf8');
  try {
    return json === undefined || JSON.parse(json) === null ? undefined : json;
  } catch {
    return undefined;
  }
}

interface Revision {
  readonly uid: string | undefined;
  readonly shown: JsonValue;
  readonly stored: JsonValue;
}

function revisionOf(
  { shown, stored, own, uid }: Source,
  path: readonly string[],
  times: 1 | 2,
  written: JsonValue,
): readonly Revision[] {
  const texts = [valueAt(shown, path), valueAt(stored, path)].map((text) =>
    typeof text === 'string' ? jsonOf(text, times) : undefined,
  );
  const [asShown, asStored] = texts;
  if (asShown === undefined || asStored === undefined) return [];
  const revision = { uid, shown: JSON.parse(asShown) as JsonValue, stored: JSON.parse(asStored) as JsonValue };
  const isWhole = ['config', 'manifest', 'hooks'].every((key) =>
    isSame(withoutRuns(childOf(written, key)), withoutRuns(childOf(revision.shown, key))),
  );
  return own !== undefined || isWhole ? [revision] : [];
}

/** Hooks without when they ran last, which Helm writes down as it runs them. */
function withoutRuns(value: JsonValue | undefined): JsonValue | undefined {
  if (!Array.isArray(value)) return value;
  return value.map((hook: JsonValue) => {
    if (hook === null || typeof hook !== 'object' || Array.isArray(hook)) return hook;
    const { last_run: _, ...others } = hook as JsonObject;
    return others;
  });
}

function stringsOf(
  leaves: readonly Leaf[],
  release: JsonValue,
  { shown, stored }: Revision,
): readonly Restored[] | undefined {
  const strings: Restored[] = [];
  for (const { path, text } of leaves) {
    const at = counterpart(path, release, shown);
    const value = at === undefined || valueAt(shown, at) !== text ? undefined : valueAt(stored, at);
    if (typeof value !== 'string') return undefined;
    strings.push({ path, value });
  }
  return strings;
}

interface Again {
  readonly times: 1 | 2;
  readonly view: View;
  readonly revision: Revision;
}

/** Whether the record would be shown as it is written, were it the revision that its values are of. */
function isMaskedAgain(release: JsonValue, leaves: readonly Leaf[], { times, view, revision }: Again): boolean {
  const written = encodedRelease(Buffer.from(JSON.stringify(release)), times);
  const json = jsonOf(releaseText(written, { ...view, uid: revision.uid, masked: nobody, shown: nobody }), times);
  if (json === undefined) return false;
  const shown = JSON.parse(json) as JsonValue;
  return leaves.every(({ path, text }) => valueAt(shown, path) === text);
}

const nobody = () => undefined;
