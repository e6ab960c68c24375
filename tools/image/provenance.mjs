/**
 * How an image was made, as SLSA's provenance: by this script, of which commit, from which packages. It is not signed here: whoever publishes the image signs its digest.
 *
 * Source: https://slsa.dev/spec/v1.0/provenance
 */

/** @param parts `{ commit, isClean, version, platform, packages, node, npm }` */
export function provenance({ commit, isClean, version, platform, packages, node, npm }) {
  return {
    buildDefinition: {
      buildType: 'https://sallyport.dev/build/image/v1',
      externalParameters: { version, platform: `linux/${platform.architecture}` },
      internalParameters: { isClean },
      resolvedDependencies: [
        ...(commit === undefined ? [] : [{ name: 'source', digest: { gitCommit: commit } }]),
        ...packages.map(({ name, version: of, sha256 }) => ({
          uri: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(of)}`,
          digest: { sha256 },
        })),
        { uri: `pkg:npm/${node.package}@${node.version}`, digest: { sha512: hex(node.integrity) } },
        ...npm
          .filter(({ integrity }) => integrity !== undefined)
          .map(({ name, version: of, integrity }) => ({
            uri: `pkg:npm/${name.replace('@', '%40')}@${of}`,
            digest: { sha512: hex(integrity) },
          })),
      ],
    },
    runDetails: { builder: { id: 'https://sallyport.dev/build/image' } },
  };
}

function hex(integrity) {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}
