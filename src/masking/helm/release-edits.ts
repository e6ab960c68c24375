import { type DocumentNode, type MapNode, placedEdits, type ScalarNode } from '../inside/document-node.ts';
import type { Edit } from '../inside/edit.ts';
import { type InsideFound, type InsideOptions, insideEdits, nodeEdits } from '../inside/inside-edits.ts';
import { jsonDocument } from '../inside/json-document.ts';
import { type KnownValues, knownBytesMax, knownValues } from '../text/known-values.ts';

/**
 * The edits that mask a release record's JSON; undefined where it is none.
 *
 * The documents of `manifest` and of each hook are masked as the objects that they are; `config` and the chart's values by keys that tell and by their look, its
 * files and templates by what is in them, notes and all else as text. What is masked in the Secrets of the manifest is then known, and masked in all the rest
 * wherever it stands: a password that notes print, or one that is no more than a word among the values.
 */
export function releaseEdits(json: Buffer, options: InsideOptions): readonly Edit[] | undefined {
  const release = jsonDocument(json.toString('latin1'));
  if (release?.kind !== 'map') return undefined;
  const values: Buffer[] = [];
  const telling: InsideOptions = { ...options, maskOf: (found) => noted(found, values, options) };
  const edits: Edit[] = [];
  for (const { path, scalar } of manifestsOf(release)) edits.push(...textEdits(scalar, { ...telling, path }));
  const inRest: InsideOptions = { ...options, known: knownOf(values) };
  for (const { key, node } of release.entries) {
    if (key === 'manifest' || key === 'hooks') continue;
    edits.push(...(key === 'chart' && node.kind === 'map' ? chartEdits(node, inRest) : editsOf(node, inRest, key)));
  }
  for (const { node, path } of hookFields(release)) edits.push(...editsOf(node, inRest, path));
  return edits.sort((one, other) => one.start - other.start);
}

function noted(found: InsideFound, values: Buffer[], { maskOf }: InsideOptions): string | undefined {
  const mask = maskOf(found);
  if (mask !== undefined)
    values.push(found.form === 'base64' ? Buffer.from(found.value.toString('latin1'), 'base64') : found.value);
  return mask;
}

function knownOf(values: readonly Buffer[]): KnownValues | undefined {
  let left = knownBytesMax;
  const kept = values.filter((value) => {
    left -= value.length;
    return left >= 0;
  });
  return knownValues(kept.map((value) => ({ value, mask: '' })));
}

interface Manifest {
  readonly path: string;
  readonly scalar: ScalarNode;
}

function manifestsOf(release: MapNode): readonly Manifest[] {
  const main = scalarAt(release, 'manifest');
  const ofHooks = hooksOf(release).flatMap((hook, index) => {
    const scalar = hook.kind === 'map' ? scalarAt(hook, 'manifest') : undefined;
    return scalar === undefined ? [] : [{ path: `hooks.${index}.manifest`, scalar }];
  });
  return [...(main === undefined ? [] : [{ path: 'manifest', scalar: main }]), ...ofHooks];
}

/** What is of hooks beside their manifests; and what stands in their place and is no hook. */
function hookFields(release: MapNode): readonly { readonly node: DocumentNode; readonly path: string }[] {
  const others = release.entries.flatMap(({ key, node }) => {
    if (key === 'manifest' && node !== scalarAt(release, key)) return [{ node, path: key }];
    return key === 'hooks' && (node.kind !== 'list' || node !== nodeAt(release, key)) ? [{ node, path: key }] : [];
  });
  const fields = hooksOf(release).flatMap((hook, index) =>
    hook.kind !== 'map'
      ? [{ node: hook, path: `hooks.${index}` }]
      : hook.entries.flatMap(({ key, node }) =>
          node === scalarAt(hook, 'manifest') ? [] : [{ node, path: `hooks.${index}.${key}` }],
        ),
  );
  return [...others, ...fields];
}

function hooksOf(release: MapNode): readonly DocumentNode[] {
  const hooks = nodeAt(release, 'hooks');
  return hooks?.kind === 'list' ? hooks.items : [];
}

/** A chart's files and templates are in base64; of its values and all else the keys tell. */
function chartEdits(chart: MapNode, options: InsideOptions): readonly Edit[] {
  return chart.entries.flatMap(({ key, node }) => {
    const path = `chart.${key}`;
    if (key === 'schema' && node.kind === 'scalar') return textEdits(node, { ...options, path, isBase64: true });
    if ((key !== 'files' && key !== 'templates') || node.kind !== 'list') return editsOf(node, options, path);
    return node.items.flatMap((file, index) => {
      if (file.kind !== 'map') return editsOf(file, options, `${path}.${index}`);
      return file.entries.flatMap((entry) =>
        entry.key === 'data' && entry.node.kind === 'scalar'
          ? textEdits(entry.node, { ...options, path: `${path}.${index}.data`, isBase64: true })
          : editsOf(entry.node, options, `${path}.${index}.${entry.key}`),
      );
    });
  });
}

function editsOf(node: DocumentNode, options: InsideOptions, path: string): readonly Edit[] {
  return node.kind === 'scalar' ? textEdits(node, { ...options, path }) : nodeEdits(node, { ...options, path });
}

function textEdits(scalar: ScalarNode, options: InsideOptions): readonly Edit[] {
  return placedEdits(scalar, insideEdits(Buffer.from(scalar.text, 'latin1'), options));
}

function nodeAt(map: MapNode, key: string): DocumentNode | undefined {
  return map.entries.findLast((entry) => entry.key === key)?.node;
}

function scalarAt(map: MapNode, key: string): ScalarNode | undefined {
  const node = nodeAt(map, key);
  return node?.kind === 'scalar' ? node : undefined;
}
