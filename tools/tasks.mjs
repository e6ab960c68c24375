/**
 * The tasks of `tools/run.mjs`: each name's arguments to Node, the first a path from the project's root. What the caller adds comes
 * after them.
 */
export const tasks = {
  start: ['src/main/cli.ts'],
  demo: ['demo/main.ts'],
  test: ['tools/test.mjs', 'fast'],
  'test:cluster': ['tools/test.mjs', 'cluster'],
  'test:api': ['tools/test.mjs', 'api'],
  conformance: ['test/specs/main.ts'],
  check: ['tools/check.mjs'],
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write'],
  bench: ['test/bench/main.ts'],
  soak: ['test/soak/main.ts'],
  fuzz: ['test/fuzz/main.ts'],
  'fuzz:api': ['test/fuzz/control-plane.ts'],
  oracle: ['test/oracle/main.ts'],
  protobuf: ['test/oracle/protobuf/main.ts'],
  wasm: ['tools/wasm.mjs'],
  build: ['tools/build.mjs'],
  image: ['tools/image/main.mjs'],
  docs: ['test/docs/write.ts'],
  looks: ['test/looks/main.ts'],
};

/** Tasks that read the sources of the pages: the packages that these name are installed first. */
export const readsPages = new Set(['check']);

/** Flags for Node: a gateway on few cores pauses for less long without V8's threads for garbage (docs/reference/benchmarks.md). */
export const nodeFlags = { start: ['--single-threaded-gc'] };

/** Tasks whose arguments name the caller's own files, so that they run in the caller's folder; all others run in the project's root. */
export const readsCallersFiles = new Set(['start', 'demo']);

/** Tasks before which the console's pages are built, where they are not. */
export const showsPages = new Set(['demo']);
