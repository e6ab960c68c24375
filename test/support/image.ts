import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/tree.ts';

/** What `npm run image` says that it made. */
export interface Image {
  readonly name: string;
  readonly digest: string;
  readonly images: readonly { readonly platform: string; readonly digest: string; readonly compressedBytes: number }[];
}

/** The image that `SALLYPORT_TEST_IMAGE` names, a folder where it was made before with what `npm run image` said in `made.json`; else it is made. */
export function givenImage(output: string, name: string): Image {
  const made = process.env['SALLYPORT_TEST_IMAGE'];
  if (made === undefined) return makeImage(output, name);
  cpSync(made, output, { recursive: true });
  return JSON.parse(readFileSync(join(made, 'made.json'), 'utf8')) as Image;
}

const OWN_PLATFORM = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';

/** Makes the image into a folder, of this machine’s own platform where none is named. */
export function makeImage(
  output: string,
  name: string,
  environment: Readonly<Record<string, string>> = {},
  platforms: readonly string[] = [OWN_PLATFORM],
): Image {
  const which = platforms.flatMap((platform) => ['--platform', platform]);
  const args = [join(root, 'tools/image/main.mjs'), '--output', output, '--name', name, ...which];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`the image was not made: ${stderr}`);
  return JSON.parse(stdout) as Image;
}

/** Puts a layout into the containerd of a node, by the node’s folder, as docs/how-to/make-the-image.md has it. */
export function importImage(layout: string, nodeFolder: string): void {
  const socket = join(nodeFolder, 'containerd/containerd.sock');
  const command = 'set -o pipefail; tar -C "$0" -cf - . | ctr -a "$1" -n k8s.io images import -';
  execFileSync('bash', ['-c', command, layout, socket], { stdio: 'pipe' });
}
