/**
 * `npm run image -- [--output FOLDER] [--platform linux/amd64]... [--name NAME:TAG]`: the container image, as an OCI layout, without a daemon.
 *
 * Two layers for each platform: Node with its libraries, and the program. The same commit with the same packages gives the same digest, on whatever machine: nothing of time, user
 * or folder gets into it. Prints what it made as JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../cache-folder.mjs';
import { ForPeople } from '../for-people.mjs';
import { application } from './application.mjs';
import { base, HOME, USER } from './base.mjs';
import { billOfMaterials } from './bill-of-materials.mjs';
import { Layout } from './layout.mjs';
import { PLATFORMS } from './platforms.mjs';
import { provenance } from './provenance.mjs';
import { tar } from './tar.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** The time that everything in an image bears. */
const CREATED = '1970-01-01T00:00:00Z';

async function main() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: path.join(root, 'dist-image') },
      platform: { type: 'string', multiple: true, default: Object.keys(PLATFORMS) },
      name: { type: 'string', default: `sallyport:${version}` },
    },
  });
  const unknown = values.platform.find((name) => !Object.hasOwn(PLATFORMS, name));
  if (unknown !== undefined)
    throw new ForPeople(`there is no platform \`${unknown}\`; there are ${Object.keys(PLATFORMS).join(', ')}`);
  if (!/^[^:]+(:\d+\/[^:]+)?:[\w.-]+$/.test(values.name))
    throw new ForPeople(`--name is \`${values.name}\`; expected NAME:TAG`);
  rmSync(values.output, { recursive: true, force: true });
  const layout = new Layout(values.output);
  const program = await application(root);
  const upper = { ...layout.layer(tar(program.entries)), what: 'sallyport' };
  const manifests = [];
  const images = [];
  for (const name of [...values.platform].sort()) {
    const made = await imageOf(PLATFORMS[name], layout, upper, program.packages, version);
    manifests.push(made.image, made.attestation);
    images.push({ platform: name, digest: made.image.digest, compressedBytes: made.compressedBytes });
    mkdirSync(values.output, { recursive: true });
    writeFileSync(
      path.join(values.output, `sbom-${PLATFORMS[name].architecture}.spdx.json`),
      JSON.stringify(made.bill, null, 2),
    );
  }
  const { digest } = layout.finish(manifests, values.name);
  process.stdout.write(`${JSON.stringify({ name: values.name, digest, images })}\n`);
}

async function imageOf(platform, layout, upper, npm, version) {
  const { entries, packages, node } = await base(platform, cacheFolder());
  const lower = { ...layout.layer(tar(entries)), what: `node ${node.version} and its libraries` };
  const layers = [lower, upper];
  const image = layout.image(layers, {
    architecture: platform.architecture,
    config: configOf(version),
    created: CREATED,
  });
  const made = { version, platform, packages, node, npm };
  const bill = billOfMaterials({ name: 'sallyport', created: CREATED, ...made });
  const attestation = layout.attestation(image, 'sallyport', [
    { predicateType: 'https://spdx.dev/Document', predicate: bill },
    { predicateType: 'https://slsa.dev/provenance/v1', predicate: provenance({ ...source(), ...made }) },
  ]);
  const compressedBytes = layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0);
  return { image, attestation, bill, compressedBytes };
}

function configOf(version) {
  return {
    User: `${USER}:${USER}`,
    WorkingDir: `/${HOME}`,
    Env: ['PATH=/usr/bin', `HOME=/${HOME}`, 'NODE_ENV=production'],
    Entrypoint: ['/usr/bin/sallyport'],
    Cmd: ['gateway', '--config', '/etc/sallyport/sallyport.yaml'],
    ExposedPorts: { '8443/tcp': {}, '9090/tcp': {} },
    StopSignal: 'SIGTERM',
    Labels: {
      'org.opencontainers.image.title': 'sallyport',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.description': 'An access gateway between autonomous agents and Kubernetes clusters',
    },
  };
}

/** Of a copy without git, nothing is said of a commit. */
function source() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), isClean: git('status', '--porcelain') === '' };
  } catch {
    return { commit: undefined, isClean: false };
  }
}

main().catch((thrown) => {
  process.stderr.write(`sallyport: ${thrown.isForPeople ? thrown.message : thrown.stack}\n`);
  process.exitCode = 1;
});
