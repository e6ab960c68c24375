import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Runs a program and resolves with what it printed. */
export const run = promisify(execFile);

/** `remedy` where the line of shell fails, undefined where it goes. */
export function missing(probe: string, remedy: string): string | undefined {
  return spawnSync('sh', ['-c', probe], { stdio: 'ignore' }).status === 0 ? undefined : remedy;
}

/** A program that runs `command`, which finds the folder it lies in as `$here`. */
export function launcher(command: string): string {
  return `#!/bin/sh\nhere=$(dirname "$0")\nexec ${command} "$@"\n`;
}

/** Writes a program that can be run. */
export function writeProgram(path: string, content: string | Buffer): void {
  writeFileSync(path, content, { mode: 0o755 });
}
