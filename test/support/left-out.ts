/**
 * What a test run could not do on this machine, said once at its end.
 *
 * Tests are never skipped: a suite that needs what is not there (root, Go, a container runtime) registers no tests and says so
 * here. The runner (tools/test.mjs) names a file in SALLYPORT_LEFT_OUT and prints its lines before the closing line.
 */
import { appendFileSync } from 'node:fs';

/** Tells the runner that `what` was left out and `how` to get it, each a phrase without a final stop; without a runner, stderr. */
export function leftOut(what: string, how: string): void {
  const file = process.env.SALLYPORT_LEFT_OUT;
  if (file === undefined) process.stderr.write(`left out: ${what}: ${how}\n`);
  else appendFileSync(file, `${JSON.stringify({ what, how })}\n`);
}
