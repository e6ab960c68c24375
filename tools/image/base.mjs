/**
 * What is under the program: Node and the shared libraries that it names, a user, and what scanners look for. There is no shell, no package manager and no setuid file.
 */
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { debianPackages } from './debian.mjs';
import { filesIn } from './files-in.mjs';
import { nodeProgram } from './node-program.mjs';

/** Whom the image runs as: a number that Kubernetes can tell from root. */
export const USER = 65532;
export const HOME = 'var/lib/sallyport';

const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'base-files'];
const LIBRARY = /\/(lib(c|m|dl|pthread|rt|resolv)\.so\.\d+|lib(stdc\+\+|gcc_s|atomic)\.so\.[\d.]+)$/;

/** The entries of the lowest layer, and what they were made of. */
export async function base(platform, cache) {
  const named = debianPackages(PACKAGES, platform.debian, cache);
  const packages = [...named, ...debianPackages(licensePackages(named), platform.debian, cache)];
  const node = await nodeProgram(platform.node, cache);
  const libraries = packages.flatMap(({ folder }) => librariesIn(folder, platform));
  const entries = [
    ...libraries,
    ...packages.flatMap(documents),
    file('usr/bin/node', node.program, 0o755),
    file('usr/share/doc/node/LICENSE', node.license),
    text('etc/passwd', `root:x:0:0:root:/:/nonexistent\nsallyport:x:${USER}:${USER}::/${HOME}:/nonexistent\n`),
    text('etc/group', `root:x:0:\nsallyport:x:${USER}:\n`),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
    file('etc/os-release', osRelease(packages)),
    { path: 'lib', type: 'symlink', mode: 0o777, owner: 0, target: 'usr/lib' },
    ...(platform.loaderFolder === 'lib64'
      ? [{ path: 'lib64', type: 'symlink', mode: 0o777, owner: 0, target: 'usr/lib64' }]
      : []),
    {
      path: `usr/${platform.loaderFolder}/${platform.loader}`,
      type: 'symlink',
      mode: 0o777,
      owner: 0,
      target: loaderFrom(platform),
    },
    { path: HOME, type: 'directory', mode: 0o700, owner: USER },
    { path: 'etc/sallyport', type: 'directory', mode: 0o755, owner: 0 },
    { path: 'tmp', type: 'directory', mode: 0o1777, owner: 0 },
  ];
  return { entries, packages, node };
}

/** Libraries made from one source keep their license in one package, to which their own documents lead. */
function licensePackages(packages) {
  const links = packages.flatMap(({ name, folder }) => filesIn(folder, '', (file) => file === `usr/share/doc/${name}`));
  return [...new Set(links.filter(({ type }) => type === 'symlink').map(({ target }) => path.basename(target)))];
}

/** Debian has its libraries under `lib` or `usr/lib`; here they are all under `usr/lib`. */
function librariesIn(folder, platform) {
  const wanted = (name) => LIBRARY.test(`/${name}`) || path.basename(name) === platform.loader;
  return filesIn(folder, '', (name) => wanted(name) && name.includes(platform.libraries)).map((entry) => ({
    ...entry,
    path: `usr/lib/${platform.libraries}/${path.basename(entry.path)}`,
    mode: entry.type === 'symlink' ? 0o777 : 0o755,
  }));
}

function loaderFrom({ libraries, loader, loaderFolder }) {
  return loaderFolder === 'lib64' ? `../lib/${libraries}/${loader}` : `${libraries}/${loader}`;
}

/** What scanners read, and the licenses. */
function documents({ name, folder, control }) {
  const copyright = filesIn(folder, '', (file) => file === `usr/share/doc/${name}/copyright`);
  const plain = copyright
    .filter(({ type }) => type === 'file')
    .map((entry) => ({ ...entry, path: entry.path.slice(1) }));
  return [...plain, text(`var/lib/dpkg/status.d/${name}`, control)];
}

function osRelease(packages) {
  const { folder } = packages.find(({ name }) => name === 'base-files');
  const [found] = filesIn(
    folder,
    '',
    (name) => name === 'usr/lib/os-release' && lstatSync(path.join(folder, name)).isFile(),
  );
  return found.bytes;
}

function text(name, content) {
  return file(name, Buffer.from(content));
}

function file(name, bytes, mode = 0o644) {
  return { path: name, type: 'file', mode, owner: 0, bytes };
}
