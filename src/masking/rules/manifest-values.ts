/*
 * Objects in the manifest of a Helm release, masked at the places at which policy masks them where they are read themselves.
 */
import type { DocumentNode, MapNode, ScalarNode } from '../inside/document-node.ts';
import { type ObjectValues, type SecretValue, secretValues } from '../inside/secret-values.ts';
import { type MaskAction, type Place, PlaceMaker } from '../places/place.ts';
import { base64Places } from './base64-places.ts';
import type { CompiledMask } from './compiled-mask.ts';

type Masked = Pick<MaskAction, 'rule' | 'form'>;

/** What masks of policy say of the objects in a manifest, beside what the shape of any document says. */
export function manifestValues(masks: readonly CompiledMask[]): ObjectValues {
  const made = new Map<string, ReturnType<typeof kindOf>>();
  return function* (object, path) {
    const id = JSON.stringify([allAt(object, 'apiVersion'), allAt(object, 'kind')]);
    const kind = made.get(id) ?? kindOf(masks, object);
    if (made.size < 100) made.set(id, kind);
    const masked = new Map<ScalarNode, Masked>();
    if (kind !== undefined) collect(object, kind.place, kind.isEnv, masked);
    for (const value of secretValues(object, path)) yield withMask(value, masked.get(value.scalar));
  };
}

function withMask(value: SecretValue, mask: Masked | undefined): SecretValue {
  if (mask === undefined || value.scalar.isBare) return value;
  return { ...value, detector: mask.rule, form: mask.form };
}

/** Where masks reach objects of a kind, or of each of the kinds that one says it is; undefined: none does. */
function kindOf(all: readonly CompiledMask[], object: MapNode) {
  const kinds = allAt(object, 'apiVersion').flatMap((apiVersion) => {
    const [group, version] = apiVersion.split('/');
    const apiGroup = version === undefined ? '' : (group as string);
    return allAt(object, 'kind').map((kind) => ({ apiGroup, resource: resourceOf(kind) }));
  });
  const masks = all.filter((mask) => kinds.some(({ apiGroup, resource }) => mask.reaches(apiGroup, resource, '')));
  const isConfigMap = kinds.some(({ apiGroup, resource }) => apiGroup === '' && resource === 'configmaps');
  const patterns = masks.flatMap((mask) => (isConfigMap ? [...mask.patterns, ...mask.keyPatterns] : mask.patterns));
  const envs = masks.filter(({ isEnv }) => isEnv !== undefined);
  if (patterns.length === 0 && envs.length === 0) return undefined;
  return {
    place: new PlaceMaker([
      ...patterns,
      ...kinds.flatMap(({ apiGroup, resource }) => base64Places(apiGroup, resource)),
    ]).start(),
    isEnv: (name: string) => envs.find(({ isEnv }) => isEnv?.(name) === true)?.id,
  };
}

function collect(
  node: DocumentNode,
  place: Place,
  isEnv: (name: string) => string | undefined,
  masked: Map<ScalarNode, Masked>,
): void {
  switch (node.kind) {
    case 'scalar':
      if (place.mask !== undefined) masked.set(node, place.mask);
      return;
    case 'list':
      for (const [index, item] of node.items.entries()) collect(item, place.element(index), isEnv, masked);
      return;
    case 'map': {
      const env = allAt(node, 'name')
        .map(isEnv)
        .find((id) => id !== undefined);
      for (const { key, node: inner } of node.entries) {
        if (key === 'value' && inner.kind === 'scalar' && env !== undefined)
          masked.set(inner, { rule: env, form: 'text' });
        else collect(inner, place.key(key), isEnv, masked);
      }
    }
  }
}

/** What fields of a name say, each: of duplicates readers take the first or the last. */
function allAt({ entries }: MapNode, key: string): readonly string[] {
  return entries.flatMap(({ key: own, node }) => (own === key && node.kind === 'scalar' ? [node.text] : []));
}

/**
 * The resource that a kind is most likely served as.
 *
 * Source: `UnsafeGuessKindToResource` in k8s.io/apimachinery/pkg/api/meta
 */
function resourceOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === 'endpoints') return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
