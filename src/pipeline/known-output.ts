import type { Probe } from '../connectors/connector.ts';
import { type KnownValues, knownBytesMax, knownValues } from '../masking/text/known-values.ts';
import { textMask } from '../masking/text/text-mask.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import { describe } from './describe.ts';
import type { Recording } from './recording.ts';

/**
 * The values of the Secrets that the pod is given whose output is asked for, where the target opts its namespace in; held for the life of the reply and no longer.
 *
 * Each look-up is recorded by the Secret's name. What cannot be looked up cannot be masked, so it is refused.
 *
 * @throws {Refusal} FACT_UNKNOWN the pod or one of its Secrets could not be read, or they are too large to look for
 */
export async function knownOutput(
  probe: Pick<Probe, 'podSecrets'>,
  { operation, caller }: Permit,
  recording: Pick<Recording, 'lookedUp'>,
): Promise<KnownValues | undefined> {
  if (operation.stream === undefined || !showsOutput(operation)) return undefined;
  const { secrets, failed } = await probe.podSecrets(operation);
  for (const { name } of secrets) recording.lookedUp(`secret ${operation.namespace}/${name}`);
  for (const what of failed) recording.lookedUp(`${what}: unknown`);
  const refusal = (why: string) =>
    new Refusal(
      'FACT_UNKNOWN',
      `\`${caller.subject}\` may not ${describe(operation)} now: ${why}, so its values could not be masked`,
      {
        advice:
          'try again; where it goes on, whoever runs this gateway looks at its reader’s rights on Secrets of the namespace',
      },
    );
  if (failed.length > 0) throw refusal('a Secret that the pod is given could not be looked up');
  const values = secrets.flatMap((secret) => secret.values);
  if (values.reduce((sum, { length }) => sum + length, 0) > knownBytesMax)
    throw refusal(`the Secrets that the pod is given have more than ${knownBytesMax} bytes`);
  return knownValues(values.map((value) => ({ value, mask: textMask('secret') })));
}

/** A log, or what a command in a container says. */
function showsOutput({ power }: Permit['operation']): boolean {
  return power === undefined || power === 'exec' || power === 'attach';
}
