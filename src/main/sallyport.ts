#!/usr/bin/env node
/* What is installed as `sallyport`: a gateway's process becomes one with the right flags, under the same process id, before anything of it is loaded. */
import process from 'node:process';
import { relaunchArgs } from './launch.ts';

const args = relaunchArgs(process);
try {
  // Undefined in a Node that is too old for the gateway, which tells so.
  if (args !== undefined) process.execve?.(process.execPath, args);
} catch {
  // A sandbox that lets no process start another has the gateway all the same, with longer pauses.
}
await import('./cli.ts');
