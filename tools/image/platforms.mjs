/** The platforms that an image is made for: as OCI, Node's packages and Debian call them. */
export const PLATFORMS = {
  'linux/amd64': {
    architecture: 'amd64',
    node: 'linux-x64',
    debian: 'amd64',
    libraries: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
    loaderFolder: 'lib64',
  },
  'linux/arm64': {
    architecture: 'arm64',
    node: 'linux-arm64',
    debian: 'arm64',
    libraries: 'aarch64-linux-gnu',
    loader: 'ld-linux-aarch64.so.1',
    loaderFolder: 'lib',
  },
};
