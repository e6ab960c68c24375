import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';
import { cached } from './cached.ts';
import type { Client } from './client.ts';
import { missing, run } from './programs.ts';

const folder = join(import.meta.dirname, 'kube-rs');

/** The client in Rust, on kube-rs. What cargo has compiled stays in the cache folder, so that a change of the program alone is quick. */
export function rustProgram(): Client {
  return {
    name: 'kube-rs',
    missing: missing(
      'rustc --version | grep -qE " 1\\.(89|9[0-9]|[1-9][0-9]{2})\\."',
      'install Rust 1.89 or later (https://rustup.rs)',
    ),
    prepare: () =>
      cached({
        name: 'kube-rs',
        origin: 'a program on kube-rs (40 MB of crates, compiled in a few minutes)',
        sources: ['Cargo.toml', 'Cargo.lock', 'main.rs', 'ends.rs', 'answers.rs'].map((file) => join(folder, file)),
        async make(into) {
          const compiled = join(cacheFolder(), 'kube-rs');
          const args = ['cargo', 'build', '--quiet', '--locked', '--target-dir', compiled];
          await run('nice', args, { cwd: folder });
          cpSync(join(compiled, 'debug', 'kube-rs'), join(into, 'kube-rs'));
        },
      }),
  };
}
