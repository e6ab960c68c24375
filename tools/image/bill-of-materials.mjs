/**
 * What is in an image, as SPDX: Debian's packages, Node, and the packages of the lock file, each with its digest.
 *
 * Source: https://spdx.github.io/spdx-spec/v2.3/
 */

/** @param parts `{ name, version, created, platform, packages, node, npm }` */
export function billOfMaterials({ name, version, created, platform, packages, node, npm }) {
  const all = [...packages.map((each) => debian(each, platform)), ofNode(node), ...npm.map(ofNpm)].map((each, i) => ({
    SPDXID: `SPDXRef-Package-${i + 1}`,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    ...each,
  }));
  const own = {
    SPDXID: 'SPDXRef-Image',
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseDeclared: 'Apache-2.0',
    primaryPackagePurpose: 'CONTAINER',
  };
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${name}-${version}-${platform.architecture}`,
    documentNamespace: `https://sallyport.dev/spdx/${version}/${platform.architecture}`,
    creationInfo: { created, creators: ['Tool: sallyport-image'] },
    packages: [own, ...all],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: own.SPDXID },
      ...all.map(({ SPDXID }) => {
        return { spdxElementId: own.SPDXID, relationshipType: 'CONTAINS', relatedSpdxElement: SPDXID };
      }),
    ],
  };
}

function debian({ name, version, sha256 }, { debian: architecture }) {
  return {
    name,
    versionInfo: version,
    checksums: [{ algorithm: 'SHA256', checksumValue: sha256 }],
    externalRefs: purl(
      `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`,
    ),
  };
}

function ofNode({ version, package: name, integrity }) {
  return {
    name: 'node',
    versionInfo: version,
    checksums: [sha512(integrity)],
    licenseDeclared: 'MIT',
    externalRefs: purl(`pkg:npm/${name}@${version}`),
  };
}

function ofNpm({ name, version, integrity, license }) {
  return {
    name,
    versionInfo: version,
    ...(integrity === undefined ? {} : { checksums: [sha512(integrity)] }),
    licenseDeclared: license ?? 'NOASSERTION',
    externalRefs: purl(`pkg:npm/${name.replace('@', '%40')}@${version}`),
  };
}

function purl(locator) {
  return [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }];
}

function sha512(integrity) {
  return {
    algorithm: 'SHA512',
    checksumValue: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'),
  };
}
