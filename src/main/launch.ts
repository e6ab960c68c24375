/** How the gateway's process is started anew, by the program and the arguments behind it; undefined where it is as it should be. */
export interface Started {
  readonly platform: NodeJS.Platform;
  readonly execPath: string;
  /** Flags for Node itself. */
  readonly execArgv: readonly string[];
  /** Whether another process started this one and speaks with it, as the parent of a gateway with its workers: the way would be lost. */
  readonly connected?: boolean;
  /** Program, script, and what the user wrote. */
  readonly argv: readonly string[];
}

/**
 * What a gateway is started with: without V8's threads for garbage, which on few cores take the processor from requests. V8 takes it at the start of a process alone, and
 * not from `NODE_OPTIONS`. Whoever says `--no-single-threaded-gc` to Node has the threads.
 *
 * Source: docs/reference/benchmarks.md
 */
const FLAG = '--single-threaded-gc';

/** The arguments of the same process with {@link FLAG}, its own name first; undefined for every other command, on Windows, and where somebody has decided already. */
export function relaunchArgs({
  platform,
  execPath,
  execArgv,
  argv,
  connected = false,
}: Started): readonly string[] | undefined {
  const isGateway = argv[2] === 'gateway';
  const isDecided = execArgv.some((flag) => /^--(?:no-?)?single[-_]threaded[-_]gc(?:=|$)/.test(flag));
  if (!isGateway || isDecided || connected || platform === 'win32') return undefined;
  return [execPath, FLAG, ...execArgv, ...argv.slice(1)];
}
