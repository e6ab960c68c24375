import { isMap, parseDocument } from 'yaml';
import type { JsonValue } from '../../model/operation.ts';
import { decodedRelease } from '../helm/masked-release.ts';
import { childOf, valueAt } from './leaves.ts';
import type { Source } from './source.ts';

/** An object that a manifest may name. */
export interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** What a release's record says of one object, in its manifest and hooks: as it is stored, and as it is shown. */
export function manifestSources(record: Source, times: 1 | 2, named: Named): readonly Source[] {
  const [shown, stored] = [record.shown, record.stored].map((object) => releaseOf(object, times));
  if (shown === undefined || stored === undefined) return [];
  const kept = valueAt(record.stored, ['metadata', 'namespace']);
  return manifestPaths(stored).flatMap((path) => {
    const [asShown, asStored] = [valueAt(shown, path), valueAt(stored, path)];
    if (typeof asShown !== 'string' || typeof asStored !== 'string') return [];
    const [shownTexts, storedTexts] = [documents(asShown), documents(asStored)];
    if (shownTexts.length !== storedTexts.length) return [];
    return storedTexts.flatMap((text, index) => {
      // Most of a manifest is about other objects, and YAML is read slowly.
      if (!text.includes(named.name) || !text.includes(named.kind)) return [];
      const object = read(text);
      const beside =
        object === undefined || !isNamed(object, named, kept) ? undefined : read(shownTexts[index] as string);
      return object === undefined || beside === undefined ? [] : [{ shown: beside, stored: object }];
    });
  });
}

function releaseOf(object: JsonValue, times: 1 | 2): JsonValue | undefined {
  const text = valueAt(object, ['data', 'release']);
  const json = typeof text === 'string' ? decodedRelease(Buffer.from(text), times) : undefined;
  try {
    return json === undefined ? undefined : (JSON.parse(json.toString('utf8')) as JsonValue);
  } catch {
    return undefined;
  }
}

function manifestPaths(release: JsonValue): readonly (readonly string[])[] {
  const hooks = childOf(release, 'hooks');
  const ofHooks = Array.isArray(hooks) ? hooks.map((_, index) => ['hooks', String(index), 'manifest']) : [];
  return [['manifest'], ...ofHooks];
}

function documents(manifest: string): readonly string[] {
  return manifest.split(/^---(?:[ \t].*)?\r?$/m);
}

function read(text: string): JsonValue | undefined {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  return document.toJS({ maxAliasCount: 100 }) as JsonValue;
}

/** `kept`: where the release is, and what its manifest says no namespace of. */
function isNamed(object: JsonValue, { kind, name, namespace }: Named, kept: JsonValue | undefined): boolean {
  const stated = valueAt(object, ['metadata', 'namespace']);
  const isThere = (stated === undefined || stated === '' ? kept : stated) === namespace;
  return isThere && childOf(object, 'kind') === kind && valueAt(object, ['metadata', 'name']) === name;
}
