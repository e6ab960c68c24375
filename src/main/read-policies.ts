/*
 * Large policy files are read by a process of their own, which ends when they are read. Reading a thousand rules takes a few hundred milliseconds and makes
 * some fifty megabytes of garbage: in the gateway's own thread every request would wait for it whenever a file changes, and the memory would stay.
 *
 * A worker thread was tried: V8 keeps the memory of one that has ended, for the next.
 */
import { fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { deepFreeze } from '../std/deep-freeze.ts';
import { type ReadPolicies, readPolicyFiles, unreadable } from './read-policy-files.ts';

/** Limits of reading policy files; documented in docs/reference/limits.md. */
export const POLICY_READING_LIMITS = Object.freeze({
  /** Files of at most so many bytes in all are read in place, which takes no longer than starting a process does; others by a process of their own. */
  inPlaceBytesMax: 32 * 1024,
  /** How long that process may read, in milliseconds; the policy before stays in force, and a gateway that starts does not. */
  readMs: 60_000,
});

/** TypeScript beside this file, or JavaScript where this file was compiled. */
const READER = join(import.meta.dirname, `policy-reader${extname(import.meta.filename)}`);

/** The rules of policy files, frozen. A process that breaks off, for want of memory say, or takes more than `timeoutMs`, is a finding. */
export async function readPolicies(
  paths: readonly string[],
  timeoutMs: number = POLICY_READING_LIMITS.readMs,
): Promise<ReadPolicies> {
  const bytes = paths.reduce((sum, path) => sum + bytesOf(path), 0);
  if (bytes <= POLICY_READING_LIMITS.inPlaceBytesMax) return readPolicyFiles(paths);
  try {
    return deepFreeze(await readElsewhere(paths, timeoutMs));
  } catch (error) {
    return { findings: [unreadable(paths[0] ?? '', `the policy could not be read: ${(error as Error).message}`)] };
  }
}

/** Of what cannot be looked at none: reading it says why. */
function bytesOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function readElsewhere(paths: readonly string[], timeoutMs: number): Promise<ReadPolicies> {
  // Nothing of the gateway's environment, which may hold credentials, nor of Node's flags: a port of the debugger is taken only once.
  const reader = fork(READER, paths, {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(tooLate(timeoutMs)));
      reader.kill('SIGKILL');
    }, timeoutMs);
    reader.once('message', (read) => resolve(read as ReadPolicies));
    reader.once('error', reject);
    reader.once('exit', (code, signal) => reject(new Error(`its reader ended with ${signal ?? code} and no answer`)));
    for (const last of ['error', 'exit']) reader.once(last, () => clearTimeout(timer));
  });
}

function tooLate(timeoutMs: number): string {
  return `reading it took longer than ${timeoutMs / 1_000} s and was stopped; give the gateway more processor time, or split targets with their policies between gateways`;
}
