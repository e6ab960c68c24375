/* Masks that are written so that they match nothing. */
import type { MaskRule } from '../../mask-rule.ts';
import { placePath } from '../../place-path.ts';
import type { Catalog } from '../space.ts';

/** Something about a mask that is taken, and masks nothing. */
export interface MaskAdvice {
  readonly mask: MaskRule;
  /** One lower-case sentence without a final stop: what is wrong. */
  readonly message: string;
  /** One: what to write instead. */
  readonly fix: string;
}

/** What of masks can match nothing. */
export function lintMasks(masks: readonly MaskRule[], catalog: Catalog): readonly MaskAdvice[] {
  return masks.flatMap((mask) => [
    ...kinds(mask, catalog),
    ...places(mask, catalog),
    ...keys(mask),
    ...namespaces(mask),
  ]);
}

function* kinds(mask: MaskRule, { kinds: all }: Catalog): Generator<MaskAdvice> {
  const { resources = [], apiGroups = [] } = mask;
  const own = new Set(all.map(({ apiGroup }) => apiGroup));
  for (const entry of resources) {
    const [resource = '', subresource = ''] = entry.split('/');
    if (entry !== '*' && entry.includes('*')) {
      yield {
        mask,
        message: `\`${entry}\` is no wildcard: it is matched to the letter`,
        fix: 'name the kinds, or write `*` alone for all',
      };
      continue;
    }
    // What is not of Kubernetes itself may be anything.
    if (entry === '*' || apiGroups.length === 0 || !apiGroups.every((group) => own.has(group))) continue;
    const isThere = all.some(
      (kind) =>
        apiGroups.includes(kind.apiGroup) &&
        kind.resource === resource &&
        (subresource === '' || kind.subresource === subresource),
    );
    if (isThere) continue;
    const elsewhere = [...own].filter((group) =>
      all.some((kind) => kind.apiGroup === group && kind.resource === resource),
    );
    const names = elsewhere.map((group) => `\`${group === '' ? '""' : group}\``).join(' and ');
    yield {
      mask,
      message: `Kubernetes has no \`${entry}\` in these groups, so the mask matches nothing there`,
      fix:
        elsewhere.length > 0
          ? `it is in ${names}: add that to \`apiGroups\``
          : 'check its spelling: resources are lower-case plurals',
    };
  }
}

/** Places that no object of the kinds has which a mask names, or at which a boolean stands: that is never masked. */
function* places(mask: MaskRule, { kinds: all, typesAt }: Catalog): Generator<MaskAdvice> {
  const { resources = [], apiGroups = [] } = mask;
  const reached = all.filter(
    ({ apiGroup, resource, subresource }) =>
      subresource === '' && apiGroups.includes(apiGroup) && resources.includes(resource),
  );
  // Of kinds that are not all known, any may have the place.
  const isKnown = reached.length > 0 && reached.length === resources.length * apiGroups.length;
  if (typesAt === undefined || !isKnown) return;
  for (const place of mask.at) {
    const steps = placePath(place);
    const types = typeof steps === 'string' ? [undefined] : reached.map((kind) => typesAt(kind, steps));
    const found = new Set(types.flatMap((each) => [...(each ?? ['any'])]));
    const names = reached.map(({ resource }) => `\`${resource}\``).join(' and ');
    if (found.size === 0)
      yield {
        mask,
        message: `nothing stands at \`${place}\` in ${names}, so the mask matches nothing there`,
        fix: '`kubectl explain` tells the names of fields; an element of a list is a step of its own: `[*]`',
      };
    else if (found.size === 1 && found.has('boolean'))
      yield {
        mask,
        message: `a boolean stands at \`${place}\` in ${names}, and is never masked`,
        fix: 'who must not see it must not be allowed to read the object',
      };
  }
}

function* keys(mask: MaskRule): Generator<MaskAdvice> {
  const { resources, apiGroups } = mask;
  const isReached =
    (resources === undefined || resources.includes('configmaps') || resources.includes('*')) &&
    (apiGroups === undefined || apiGroups.includes('') || apiGroups.includes('*'));
  if (mask.keys.length > 0 && !isReached)
    yield {
      mask,
      message: '`keys` are those of ConfigMaps, which this mask does not reach',
      fix: 'add `configmaps`, or say the place with `at`',
    };
}

function* namespaces(mask: MaskRule): Generator<MaskAdvice> {
  for (const name of mask.namespaces ?? [])
    if (!/^[-a-z0-9*]{1,100}$/.test(name))
      yield {
        mask,
        message: `no namespace has a name such as \`${name}\``,
        fix: 'names of namespaces are lower-case letters, digits and `-`',
      };
}
