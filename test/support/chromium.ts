import { createHash, type X509Certificate } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { connect } from 'node:tls';
import { type Browser, chromium } from 'playwright-core';

/** Names that a Chromium goes by. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this machine; undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Limit: how long a step in a browser may take on a machine that does much else; below the 180 s of a whole test, so that the step is named that hung. */
export const STEP_MS_MAX = 120_000;

/** A browser that takes the certificates of these servers as if their authorities were installed, so that it holds back nothing that an unknown one would cost. */
export async function startChromium(program: string, servers: readonly string[]): Promise<Browser> {
  const keys = await Promise.all(servers.map(keyDigest));
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', `--ignore-certificate-errors-spki-list=${keys.join(',')}`],
  });
}

/** SHA-256 of the public key that a server shows. */
function keyDigest(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate() as X509Certificate;
      socket.end();
      const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
      resolve(createHash('sha256').update(key).digest('base64'));
    });
    socket.once('error', reject);
  });
}
