import type { StoredObject } from '../connectors/connector.ts';
import type { MaskKey } from '../masking/form/mask-key.ts';
import { MASK_IDS } from '../masking/rules/mask-ids.ts';
import type { View } from '../masking/written/source.ts';
import type { Caller } from '../model/caller.ts';
import type { Masking } from './masking.ts';

/** How a caller is shown an object, whatever a rule of reads shows it beside; or was, under a key that is retired now. */
export function shownTo(
  masking: Masking,
  caller: Caller,
  target: string,
  { apiGroup, resource, namespace }: Pick<StoredObject, 'apiGroup' | 'resource' | 'namespace'>,
  key: MaskKey = masking.key,
): View {
  const rules = masking.rules();
  const open = masking.openFor(caller, target);
  const kind = { apiGroup, resource, subresource: '' };
  const masks = rules.masksFor(caller, { ...kind, target, namespace, name: 'any' });
  return {
    plan: rules.planOf(kind, { open: open === 'all' ? MASK_IDS : open, masks }),
    keying: { key, target, exchange: '', isComparable: true },
  };
}
