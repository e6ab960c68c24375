/**
 * Imported into every test process: a handle that the tests forgot to close fails their file, naming its kind, instead of
 * keeping the run for ever. (Node's own --test-force-exit would hide it, and loses results that are still on their way.)
 */
import process from 'node:process';
import { after } from 'node:test';

const graceMs = 10_000;

after(() => {
  // Unreferenced: it comes due only where something else keeps the process.
  setTimeout(() => {
    process.stderr.write(`still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, graceMs).unref();
});
