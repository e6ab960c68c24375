/* Notices that have not arrived, as they go over the wire of `/api/v1`. */
import { z } from 'zod';

/** One of them. */
export const noticeSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['waiting', 'dead']).describe('`dead`: given up, until somebody tries it again.'),
  notifier: z.string(),
  kind: z.string(),
  title: z.string(),
  at: z.iso.datetime(),
  tries: z.int(),
  nextAt: z.iso.datetime(),
  failure: z.string().describe('Why the last try failed.'),
});

export type NoticeView = z.infer<typeof noticeSchema>;
