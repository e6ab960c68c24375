/**
 * Debian's packages of an architecture, by apt with lists of its own: nothing of the machine's is changed, and nothing is installed. apt holds what arrives against the
 * signatures of the machine's own sources.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ForPeople } from '../for-people.mjs';

/** How old the lists of packages may be. */
const LISTS_MAX_HOURS = 12;

/**
 * The packages of these names as they are newest: `{ name, version, architecture, source, sha256, folder }`, unpacked into `folder`.
 *
 * @throws {ForPeople} there is no apt here, or it has no such package
 */
export function debianPackages(names, architecture, cache) {
  const home = path.join(cache, `debian-${architecture}`);
  const archives = path.join(home, 'archives');
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'archives', 'unpacked'])
    mkdirSync(path.join(home, folder), { recursive: true });
  const options = aptOptions(home, architecture);
  try {
    update(home, options);
    return names.map((name) => packageNamed(name, options, archives, home));
  } catch (thrown) {
    if (thrown.isForPeople) throw thrown;
    const why = String(thrown.stderr ?? thrown.message).trim();
    throw new ForPeople(
      `the image's libraries come from Debian's packages, by apt-get and dpkg-deb, which failed here:\n${why}`,
    );
  }
}

function aptOptions(home, architecture) {
  const status = path.join(home, 'status');
  if (!existsSync(status)) writeFileSync(status, '');
  const settings = {
    'APT::Architecture': architecture,
    'APT::Architectures::': architecture,
    'APT::Sandbox::User': 'root',
    'Dir::State': path.join(home, 'state'),
    'Dir::State::status': status,
    'Dir::Cache': path.join(home, 'cache'),
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

function update(home, options) {
  const stamp = path.join(home, 'updated');
  const now = Date.now();
  if (existsSync(stamp) && now - Number(readFileSync(stamp, 'utf8')) < LISTS_MAX_HOURS * 3_600_000) return;
  run('apt-get', [...options, '-q', 'update']);
  writeFileSync(stamp, String(now));
}

function packageNamed(name, options, archives, home) {
  const shown = run('apt-cache', [...options, 'show', '--no-all-versions', name]);
  const field = (key) => new RegExp(`^${key}: (.*)$`, 'm').exec(shown)?.[1] ?? '';
  const [version, sha256] = [field('Version'), field('SHA256')];
  if (sha256 === '') throw new ForPeople(`apt has no package ${name}`);
  const file = path.join(archives, `${name}_${sha256}.deb`);
  if (!existsSync(file) || digest(file) !== sha256) download(name, version, options, file, archives);
  // Security: an archive that is not the one of the signed list ends here.
  if (digest(file) !== sha256) throw new ForPeople(`what apt fetched as ${name} ${version} is not what its list says`);
  const folder = path.join(home, 'unpacked', `${name}_${sha256}`);
  if (!existsSync(folder)) unpack(file, folder);
  const control = run('dpkg-deb', ['-f', file]);
  return { name, version, sha256, folder, control, source: field('Source').split(' ')[0] || name };
}

function download(name, version, options, file, archives) {
  const folder = mkdtempSync(path.join(archives, 'part-'));
  try {
    run('apt-get', [...options, '-q', 'download', `${name}=${version}`], folder);
    const [fetched] = readdirSync(folder);
    writeFileSync(file, readFileSync(path.join(folder, fetched)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder that has the final name is whole, also when a run is killed. */
function unpack(file, folder) {
  const part = mkdtempSync(`${folder}.`);
  try {
    run('dpkg-deb', ['-x', file, part]);
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function run(program, args, cwd) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
