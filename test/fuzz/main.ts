/*
 * `npm run fuzz -- [--seconds N] [--target NAME] [--seed N]`: every parser that reads what callers send, fed with inputs that nobody sends.
 *
 * Each target gets the same share of the time. First its canary runs, the same laws over a parser that is broken on
 * purpose: where that is not found, the run fails, since it would not have found anything else either. A finding is printed with its seed
 * and its input, as short as it goes.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import type { FuzzTarget } from './target.ts';
import { target as header } from './targets/header.ts';
import { target as json } from './targets/json.ts';
import { target as masks } from './targets/masks.ts';
import { target as path } from './targets/path.ts';
import { target as protobuf } from './targets/protobuf.ts';
import { target as query } from './targets/query.ts';
import { target as streams } from './targets/streams.ts';
import { target as text } from './targets/text.ts';
import { target as yaml } from './targets/yaml.ts';

/** Each parser; a new one is a line here. */
const TARGETS: readonly FuzzTarget[] = [path, query, header, json, yaml, protobuf, streams, text, masks];

const { seconds, seed, targets } = asked();
process.stdout.write(`${targets.length} targets, ${seconds} seconds, seed ${seed}\n`);
let failures = 0;
for (const target of targets) if (!runTarget(target)) failures++;
process.stdout.write(`${targets.length - failures} targets passed, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;

function runTarget(target: FuzzTarget): boolean {
  const share = seconds / targets.length;
  const canary = fuzz(target, target.canary, share / 2, seed);
  if (canary.finding === undefined) {
    process.stdout.write(`${target.name}: FAILED, its canary was not found in ${canary.inputs} inputs\n`);
    return false;
  }
  const { inputs, answers, finding } = fuzz(target, target.check, share / 2, seed);
  if (finding === undefined) {
    process.stdout.write(
      `${target.name}: ${inputs} inputs, ${answers} different answers, canary found at input ${canary.inputs}\n`,
    );
    return true;
  }
  const text = JSON.stringify(finding.input.toString('latin1'));
  process.stdout.write(`${target.name}: FAILED at input ${inputs} of seed ${seed}: ${text}\n${finding.error.stack}\n`);
  return false;
}

/** What the command line asks for; a mistake in it ends the run with a sentence. */
function asked() {
  try {
    const { values } = parseArgs({
      options: { seconds: { type: 'string', default: '60' }, target: { type: 'string' }, seed: { type: 'string' } },
    });
    const seconds = Number(values.seconds);
    const seed = values.seed === undefined ? Date.now() & 0x7fffffff : Number(values.seed);
    if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('--seconds and --seed take numbers');
    const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
    const names = TARGETS.map(({ name }) => name).join(', ');
    if (targets.length === 0) throw new Error(`no target is called ${values.target}; there are ${names}`);
    return { seconds, seed, targets };
  } catch (error) {
    process.stderr.write(
      `fuzz: ${(error as Error).message}\nusage: npm run fuzz -- [--seconds N] [--target NAME] [--seed N]\n`,
    );
    process.exit(2);
  }
}
