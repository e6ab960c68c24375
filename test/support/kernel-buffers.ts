import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Where the system does not say what its buffers grow to, bytes. */
const UNKNOWN_MAX = 16 << 20;

/** What the two ends of one TCP connection may hold of one direction in the kernel, bytes: a reader's buffer grows with what it takes, up to the system's own setting. */
export function kernelBytesMax(): number {
  try {
    const [receive, send] = ['tcp_rmem', 'tcp_wmem'].map((name) =>
      Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').split(/\s+/)[2]),
    );
    return (receive ?? UNKNOWN_MAX) + (send ?? UNKNOWN_MAX);
  } catch {
    return UNKNOWN_MAX;
  }
}

/** Resolves once `count` has not grown for a while: nothing more goes into buffers that nobody empties. */
export async function stalled(count: () => number): Promise<void> {
  for (let seen = -1; seen !== count(); ) {
    seen = count();
    await setTimeout(300);
  }
}
