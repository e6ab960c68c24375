import type { MayRead, Probe } from '../connectors/connector.ts';
import type { Permit } from '../model/permit.ts';
import type { LookedUp } from '../model/shown.ts';
import type { Masking } from './masking.ts';
import { objectPath } from './object-path.ts';
import { previewHeld } from './preview-held.ts';

/**
 * What a held request would do, for who answers: all that the target lets its caller read is looked at, whatever policy does. Security: whether policy lets the caller read all of that
 * itself is told with it, since a question is no way round policy: without that its caller is not shown it. Test: `T52: who asks is shown of the live object what policy lets it read`.
 *
 * @param mayRead what policy lets the caller read
 */
export async function previewForAnswer(
  masking: Masking,
  probe: Pick<Probe, 'preview'>,
  held: Pick<Permit, 'caller' | 'request' | 'operation'>,
  mayRead: MayRead,
  signal: AbortSignal,
): Promise<LookedUp> {
  const { operation } = held;
  // Of what would be made, the target tells whether it is there.
  const looked = new Set(operation.verb === 'create' ? [objectPath(operation)] : []);
  const noting: MayRead = async (uri) => {
    looked.add(uri);
    return true;
  };
  const preview: Probe['preview'] = (of, body, caller, end) => probe.preview(of, body, caller, end, noting);
  const shown = await previewHeld(masking, { preview }, held, signal);
  for (const uri of looked) if (!(await mayRead(uri))) return shown;
  return { ...shown, isOwnToRead: true };
}
