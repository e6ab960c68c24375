import { isIP } from 'node:net';
import { z } from 'zod';
import { callers, namespace, targets, word } from './policy-words.ts';

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address) as 0 | 4 | 6];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax;
}

const guardOpening = z.strictObject({
  id: word.describe('The guard.'),
  callers: callers.optional(),
  targets: targets.optional(),
  namespaces: z
    .array(namespace)
    .min(1, 'expected at least one; leave the key out to not narrow')
    .optional()
    .describe('For what is in these namespaces alone; what is in none, or in many, is in none of them.'),
});

/** Limit: a policy is only observed for so long, in days, and then enforced. */
export const OBSERVED_DAYS_MAX = 30;

const observe = z
  .strictObject({
    targets: targets.describe('Whose policy is only observed; with `*`.'),
    until: z.iso
      .datetime({ offset: true, error: 'expected an instant such as `2026-03-01T09:00:00Z`' })
      .describe(`When policy is enforced again; ${OBSERVED_DAYS_MAX} days ahead at most.`),
  })
  .describe(
    'A time in which policy is tried: what it would refuse or hold is forwarded and marked. Guards and masks stay in force. Every reply, `/readyz`, the log, the metrics and the journal say so.',
  );

/** Dangerous options, which look dangerous. */
export const unsafe = z
  .strictObject({
    openGuards: z
      .array(z.union([word, guardOpening], 'expected the id of a guard, or `{ id, callers, targets, namespaces }`'))
      .default([])
      .describe(
        'Built-in guards to open, each a way out of the gateway: by id for everybody, or `{ id, callers, targets, namespaces }` for these alone; see the reference of guards.',
      ),
    openMasks: z
      .array(
        z.strictObject({
          id: z.string().min(1).describe('A default mask or detector; `*` is all of them.'),
          callers: callers.describe('For whom it is open.'),
          targets: targets.optional().describe('On these targets alone; default: all.'),
        }),
      )
      .default([])
      .describe(
        'Default masks to open: what they mask in objects, and in what programs print (logs, exec, attach), is shown to these callers. What is recorded stays masked.',
      ),
    observe: observe.optional(),
    targetNetworks: z
      .array(
        z
          .string()
          .refine(isNetwork, 'expected a network such as `127.0.0.0/8` or `::1/128`')
          .describe('A network in CIDR notation.'),
      )
      .default([])
      .describe(
        'Networks of the gateway’s own machine, loopback among them, in which targets may be that are registered by API. Link-local addresses, and those at which clouds answer metadata, are opened by nothing.',
      ),
  })
  .prefault({});
