/*
 * `npm run --silent oracle -- NAME`: the gateway's own functions over JSON lines, so that any corpus can be run through them. A new one
 * is a line in the table.
 */
import { match } from './match.ts';
import { parse } from './parse.ts';

/** Reads JSON lines on standard input, writes one JSON line for each on standard output, and resolves when the input ends. */
export type Oracle = (args: readonly string[]) => Promise<void>;

const oracles: Readonly<Record<string, { readonly run: Oracle; readonly what: string }>> = {
  match: { run: match, what: '{"rules","q"} to {"allowed"}, or {"power":NAME} where a power makes RBAC differ' },
  parse: { run: parse, what: '{"method","uri"} to the RequestInfo that is judged, or {"refused":CODE}' },
};

const [name = '', ...args] = process.argv.slice(2);
const oracle = Object.hasOwn(oracles, name) ? oracles[name] : undefined;
if (oracle === undefined) {
  const lines = Object.entries(oracles).map(([each, { what }]) => `  ${each}  ${what}`);
  process.stderr.write(`usage: npm run --silent oracle -- NAME < LINES\n${lines.join('\n')}\n`);
  process.exitCode = 2;
} else {
  await oracle.run(args);
}
