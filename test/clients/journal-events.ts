import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../src/recording/event.ts';
import type { GatewayInFront } from '../support/gateway.ts';

/** What the gateway has written into its journal so far. */
export function journalEvents({ journalFolder }: GatewayInFront): readonly Event[] {
  const files = readdirSync(journalFolder).filter((name) => name.endsWith('.jsonl'));
  const text = files.map((name) => readFileSync(join(journalFolder, name), 'utf8')).join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);
}
