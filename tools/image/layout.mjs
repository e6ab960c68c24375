/**
 * An OCI image layout in a folder: content by its digest, and one index that names the image of each platform with its attestations.
 *
 * Source: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md; attestations as BuildKit stores them,
 * https://github.com/moby/buildkit/blob/v0.18.0/docs/attestations/attestation-storage.md
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPE = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  statement: 'application/vnd.in-toto+json',
};

export class Layout {
  #folder;

  constructor(folder) {
    this.#folder = folder;
    mkdirSync(path.join(folder, 'blobs', 'sha256'), { recursive: true });
  }

  /** A layer of an archive, packed. */
  layer(archive) {
    const packed = gzipSync(archive, { level: 9 });
    packed[9] = 255; // of which system packed it, nothing is said
    return { descriptor: this.#blob(TYPE.layer, packed), diffId: digestOf(archive) };
  }

  /** The image of one platform. */
  image(layers, { architecture, config, created }) {
    const image = {
      created,
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(({ what }) => ({ created, created_by: what })),
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: TYPE.manifest,
      config: this.#json(TYPE.config, image),
      layers: layers.map(({ descriptor }) => descriptor),
    };
    return { ...this.#json(TYPE.manifest, manifest), platform: { architecture, os: 'linux' } };
  }

  /** What is stated of an image, `statements` being `{ predicateType, predicate }`. */
  attestation(image, name, statements) {
    const subject = [{ name, digest: { sha256: image.digest.slice('sha256:'.length) } }];
    const layers = statements.map(({ predicateType, predicate }) => {
      const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
      return { ...this.#json(TYPE.statement, statement), annotations: { 'in-toto.io/predicate-type': predicateType } };
    });
    const config = {
      architecture: 'unknown',
      os: 'unknown',
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
    };
    const manifest = { schemaVersion: 2, mediaType: TYPE.manifest, config: this.#json(TYPE.config, config), layers };
    return {
      ...this.#json(TYPE.manifest, manifest),
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest },
    };
  }

  /** Writes the index under a name such as `registry.example.com/sallyport:1.0.0`; its descriptor. */
  finish(manifests, name) {
    const index = this.#json(TYPE.index, { schemaVersion: 2, mediaType: TYPE.index, manifests });
    const tag = name.slice(name.lastIndexOf(':') + 1);
    const named = {
      ...index,
      annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag },
    };
    writeFileSync(path.join(this.#folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const root = { schemaVersion: 2, mediaType: TYPE.index, manifests: [named] };
    writeFileSync(path.join(this.#folder, 'index.json'), JSON.stringify(root));
    return index;
  }

  #json(mediaType, value) {
    return this.#blob(mediaType, Buffer.from(JSON.stringify(value)));
  }

  #blob(mediaType, bytes) {
    const digest = digestOf(bytes);
    const file = path.join(this.#folder, 'blobs', ...digest.split(':'));
    if (!existsSync(file)) writeFileSync(file, bytes);
    return { mediaType, digest, size: bytes.length };
  }
}

function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
