/* The section `journal` of the configuration. */
import { z } from 'zod';
import { receiver, trustedUrl } from './later.ts';
import { duration, word } from './policy-words.ts';

const file = z.string().min(1, 'expected a path');
const bytes = z.int('expected whole bytes').min(1, 'expected at least 1 byte');

/** A place for recordings. */
const journalPlace = z
  .strictObject({
    name: word.describe('What `retention[].place` in policy names.'),
    folder: file.optional().describe('A folder, such as a disk that is mounted from elsewhere.'),
    s3: z
      .strictObject({
        endpoint: trustedUrl.describe('An https URL; buckets are reached by path.'),
        bucket: word.describe('The bucket; with `lock` one that was made with object lock.'),
        region: word.optional().describe('Default: `us-east-1`.'),
        prefix: z.string().max(512).optional().describe('What stands before each name, such as `gw-1/`.'),
        lock: z
          .enum(['governance', 'compliance'])
          .optional()
          .describe(
            'What a rule with `keepFor` keeps is locked for so long: nobody removes it before, this gateway not either.',
          ),
      })
      .optional()
      .describe(
        'A bucket of S3, or of what speaks like it. Keys are those of AWS’s default chain, such as the environment.',
      ),
  })
  .refine(({ folder, s3 }) => (folder === undefined) !== (s3 === undefined), 'expected either `folder` or `s3`');

/** Who is given each checkpoint of the journal. */
const witness = z
  .strictObject({
    folder: file
      .optional()
      .describe(
        'A file for each checkpoint is put here, never changed, and the newest is compared at start. A folder of this gateway’s alone.',
      ),
    webhook: z
      .strictObject({
        url: trustedUrl.describe('The checkpoint is POSTed here, again until it is taken.'),
        tokenFile: file.optional().describe('File of a bearer token that is sent along, read each time.'),
      })
      .optional(),
  })
  .refine(
    ({ folder, webhook }) => (folder === undefined) !== (webhook === undefined),
    'expected either `folder` or `webhook`',
  );

/** Where recordings are kept, how they are signed, and where they go. */
export const journal = z
  .strictObject({
    folder: file.optional().describe('Folder of the journal; `dataFolder`/journal by default.'),
    segmentBytesMax: bytes
      .min(64 * 1024, 'expected at least 65536 bytes')
      .default(16 * 1024 * 1024)
      .describe('A segment is closed when it reaches this size.'),
    sealEvery: duration
      .default('1h')
      .describe('A segment with events is closed when it is this old; closed ones are compressed and signed.'),
    witnesses: z
      .array(witness)
      .min(1, 'expected at least one')
      .max(8, 'expected at most 8')
      .optional()
      .describe('Where the checkpoint of each sealed segment is sent, out of reach of who has the journal’s disk.'),
    freeBytesMin: z
      .int('expected whole bytes')
      .min(0, 'expected at least 0 bytes')
      .default(64 * 1024 * 1024)
      .describe('Free space of the journal’s disk below which nothing is forwarded; 0 turns the look off.'),
    freeBytesWarn: bytes
      .default(1024 * 1024 * 1024)
      .describe('Free space of the journal’s disk below which the log, a metric and `/readyz` warn.'),
    signingKeyFile: file
      .optional()
      .describe(
        'Ed25519 key in PEM (PKCS#8) that signs seals and checkpoints of the journal; default: one that is made in `dataFolder` at first start.',
      ),
    receivers: z
      .array(receiver)
      .default([])
      .describe(
        'Who is told what the journal gets, each at least once and from where it stood, also over a restart; a receiver that takes nothing delays nobody but itself.',
      ),
    preImageKeyFile: file
      .optional()
      .describe(
        'Under a key from this file, objects are kept as they were before a change, where a rule says `record: { preImage: true }`: 32 bytes at least, `openssl rand -base64 48` makes one. `undo` alone reads them.',
      ),
    places: z
      .array(journalPlace)
      .min(1, 'expected at least one')
      .max(16, 'expected at most 16')
      .optional()
      .describe('Where sealed segments are copied, as `retention[].place` in policy says.'),
  })
  .refine(({ freeBytesMin, freeBytesWarn }) => freeBytesMin <= freeBytesWarn, {
    path: ['freeBytesWarn'],
    message: 'expected at least `freeBytesMin`',
  })
  .prefault({});
