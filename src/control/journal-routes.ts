import { z } from 'zod';
import { Refusal } from '../model/refusal.ts';
import type { RoleName } from '../policy/role.ts';
import type { Route } from './route.ts';

/** What the journal of this gateway is signed with, and its newest checkpoint. */
export interface Seals {
  /** The keys, as a signed note names them: the one that signs now first, then those before it. */
  keys(): readonly string[];
  /** The newest seal as a signed note; undefined while no segment is sealed. */
  checkpoint(): string | undefined;
  /** The same of the other workers of this gateway, each of which has a journal of its own. Default: there are none. */
  readonly others?: () => Promise<readonly SealsOfOther[]>;
}

/** Of another worker. */
export interface SealsOfOther {
  readonly keys: readonly string[];
  readonly checkpoint: string | null;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];

const keysSchema = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string().describe('The key’s id in a signed note.'),
      state: z.enum(['signs', 'signed']),
      verifier: z.string().describe('What `sallyport journal verify --public-key` takes.'),
    }),
  ),
  next: z.null(),
});

const checkpointSchema = z.strictObject({
  checkpoint: z.string().describe('A signed note: a C2SP tlog-checkpoint.'),
  others: z
    .array(z.string())
    .optional()
    .describe('Those of the journals of the gateway’s other workers, as far as any segment of theirs is sealed.'),
});

/** Operations on what is signed of this gateway's journal. */
export function journalRoutes(seals: Seals): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/journal/keys',
      id: 'journalKeys',
      summary: 'The public keys that this gateway’s journal is signed with; nobody needs to be anyone to read them.',
      needs: 'nobody',
      answer: { status: 200, schema: keysSchema, description: 'All of them, the one that signs now first.' },
      handle: async () => ({
        status: 200,
        body: {
          items: [seals.keys(), ...(await othersOf(seals)).map(({ keys }) => keys)].flatMap((keys) =>
            keys.map((verifier, i) => ({
              id: verifier.split('+')[1] ?? '',
              state: i === 0 ? ('signs' as const) : ('signed' as const),
              verifier,
            })),
          ),
          next: null,
        },
      }),
    },
    {
      method: 'GET',
      path: '/journal/checkpoint',
      id: 'journalCheckpoint',
      summary: 'The checkpoint of the newest sealed segment of this gateway’s journal, to be kept elsewhere.',
      needs: SEE,
      answer: { status: 200, schema: checkpointSchema, description: 'The checkpoint.' },
      handle: async () => {
        const others = (await othersOf(seals)).flatMap(({ checkpoint: theirs }) => theirs ?? []);
        const checkpoint = seals.checkpoint() ?? others.shift();
        if (checkpoint === undefined)
          throw new Refusal('NOT_FOUND', 'no segment of the journal is sealed yet', {
            advice: 'one is when it is full, or as old as `journal.sealEvery`',
          });
        return { status: 200, body: { checkpoint, ...(others.length === 0 ? {} : { others }) } };
      },
    },
  ];
}

async function othersOf({ others }: Seals): Promise<readonly SealsOfOther[]> {
  return (await others?.()) ?? [];
}
