/**
 * `node tools/test.mjs SUITE [--name PATTERN] [FILE…]`: runs a suite's files, or those named, each in a process of its own.
 *
 * Where all of a suite ran and few files failed, these are run once more, one after the other with nothing beside them: what only the load of the others had
 * broken passes then, and is named; both runs are told in full. Files that were named are run once.
 *
 * It ends with two things in this order: what was left out on this machine and how to get it (tests say so through
 * test/support/left-out.ts), and the closing line `N passed, N failed`.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { parseArgs } from 'node:util';
import { againAlone } from './again.mjs';
import { cacheFolder } from './cache-folder.mjs';
import { report } from './reporter.mjs';

const apart = ['test/cluster-suites/**', 'test/bench/**', 'test/fuzz/**'];
/** Suites on the cluster that run where all are asked for, or by name. */
const long = [
  'canaries',
  'chart',
  'chart-clients',
  'chart-each-node',
  'chart-schemas',
  'chart-several',
  'client-answers',
  'client-ends',
  'clients-tools',
  'image-platforms',
  'metrics',
  'watch-list',
].map((suite) => `test/cluster-suites/${suite}.test.ts`);

/**
 * Each suite: its files, those left to other commands, how many run at once (the cluster is one for all its suites), and after
 * how long a single test counts as hanging.
 */
const suites = {
  fast: {
    files: ['src/**/*.test.ts', 'demo/**/*.test.ts', 'web/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: apart,
    // What a real API server shows in a minute, where Go is there to build one; with root and containerd, in real pods.
    alsoFiles: ['api-server-exchanges', 'bodies', 'discovery', 'example-rbac', 'request-info', 'in-cluster'].map(
      (suite) => `test/cluster-suites/${suite}.test.ts`,
    ),
    globalSetup: 'test/cluster-suites/setup.ts',
    concurrency: Math.min(os.availableParallelism(), 4),
    testMsMax: 180_000,
    leftOut: [{ what: 'the table of real clients on the real cluster', how: '`npm run test:cluster`' }],
  },
  cluster: {
    files: ['test/cluster-suites/**/*.test.ts'],
    exclude: long,
    concurrency: 1,
    globalSetup: 'test/cluster-suites/setup.ts',
    testMsMax: 1_800_000,
    leftOut: [
      {
        what: 'the image for both platforms, the chart installed in each of its forms and held against the API server’s own schemas, planted secrets on every route, watches that begin with a list, how clients take a no, a wait and an end, metrics of adapters, tools that bring objects to a wanted state',
        how: '`npm run test:cluster -- --all`, which takes several minutes more',
      },
    ],
  },
  // What speaks of the API, for a run on another release than the one that all suites run on.
  api: {
    files: [
      ...[
        'api-server-exchanges',
        'bodies',
        'bootstrap',
        'discovery',
        'example-rbac',
        'guards',
        'request-info',
        'reviews',
      ],
    ].map((suite) => `test/cluster-suites/${suite}.test.ts`),
    exclude: [],
    concurrency: 1,
    globalSetup: 'test/cluster-suites/setup.ts',
    testMsMax: 1_800_000,
    leftOut: [],
  },
  tidy: { files: ['test/tidy/**/*.test.ts'], exclude: [], concurrency: 1, testMsMax: 60_000, leftOut: [] },
  docs: { files: ['test/docs/**/*.test.ts'], exclude: [], concurrency: 1, testMsMax: 60_000, leftOut: [] },
};

const [name, ...args] = process.argv.slice(2);
const { asked, complaint } = read(args);
if (complaint === undefined) process.exitCode = await main(suites[name], asked);
else {
  process.stderr.write(`test: ${complaint}\n`);
  process.exitCode = 2;
}

/** The options and files of the arguments, or the sentence that says what is wrong with them. */
function read(args) {
  try {
    const asked = parseArgs({
      args,
      allowPositionals: true,
      options: { name: { type: 'string' }, all: { type: 'boolean' } },
    });
    const none = asked.positionals.find((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
    return none === undefined
      ? { asked }
      : { complaint: `\`${none}\` is no file; name test files by their path from the project’s root` };
  } catch (thrown) {
    return { complaint: thrown.message };
  }
}

async function main(suite, { values, positionals }) {
  const exclude = values.all === true && suite === suites.cluster ? [] : suite.exclude;
  const found = [...globSync(suite.files, { exclude }).sort(), ...(suite.alsoFiles ?? [])];
  const files = positionals.length > 0 ? positionals : found;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-test-'));
  const leftOutFile = path.join(folder, 'left-out');
  writeFileSync(leftOutFile, '');
  Object.assign(process.env, goEnvironment(), {
    SALLYPORT_LEFT_OUT: leftOutFile,
    XDG_CONFIG_HOME: path.join(folder, 'config'),
  });
  // Stopped by hand: the test processes end with this one, and what it made is removed.
  const stop = new AbortController();
  let stoppedBy;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      stoppedBy = signal;
      stop.abort();
    });
  }
  try {
    const runFiles = (some, concurrency) =>
      report(
        run({
          files: some,
          signal: stop.signal,
          concurrency,
          timeout: suite.testMsMax,
          testNamePatterns: values.name,
          globalSetupPath: some.some((file) => file.includes('cluster-suites')) ? suite.globalSetup : undefined,
          execArgv: ['--import', new URL('leak-guard.mjs', import.meta.url).href],
        }),
        process.stdout,
        some,
      );
    const first = await runFiles(files, suite.concurrency);
    const whole = positionals.length === 0 && stoppedBy === undefined;
    const { passed, failed } = whole
      ? await againAlone(first, files, (some) => runFiles(some, 1), process.stdout)
      : first;
    const said = readFileSync(leftOutFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    printLeftOut(positionals.length > 0 || values.all === true ? said : [...suite.leftOut, ...said]);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    if (stoppedBy !== undefined) process.stdout.write(`stopped by ${stoppedBy}\n`);
    return failed === 0 && files.length > 0 && stoppedBy === undefined ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Go keeps its modules where it always does, for those who have that folder; for others, in the user's cache folder. */
function goEnvironment() {
  const hasOwn = process.env.GOPATH || process.env.GOMODCACHE || existsSync(path.join(os.homedir(), 'go'));
  return hasOwn ? {} : { GOPATH: path.join(cacheFolder(), 'go') };
}

function printLeftOut(entries) {
  const lines = [...new Set(entries.map(({ what, how }) => `  ${what}: ${how}`))];
  if (lines.length > 0) process.stdout.write(`\nleft out, and how to get it:\n${lines.join('\n')}\n\n`);
}
