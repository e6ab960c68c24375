// Makes what is secret and has to be there before the gateway starts, once; what is there stays.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const folder = path.join(process.env.SALLYPORT_FOLDER ?? '/var/lib/sallyport', 'keys');
mkdirSync(folder, { recursive: true, mode: 0o700 });

const password = encodeURIComponent(process.env.POSTGRES_PASSWORD ?? '');
const host = process.env.POSTGRES_HOST ?? 'postgres';
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const files = {
  store: randomBytes(32).toString('hex'),
  masks: randomBytes(32).toString('hex'),
  'identity.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }),
};
for (const [name, text] of Object.entries(files)) {
  const file = path.join(folder, name);
  if (!existsSync(file)) writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}
// The password is .env's, and may change there.
writeFileSync(path.join(folder, 'postgres-url'), `postgres://sallyport:${password}@${host}/sallyport`, { mode: 0o600 });
