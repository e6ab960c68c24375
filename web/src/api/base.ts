/** Where the console is: the path of `<base>`, which the gateway writes, without its last slash. */
export const basePath: string = new URL(document.baseURI).pathname.replace(/\/$/, '');

/** An address of the control plane, on this very origin. */
export function apiUrl(path: string): string {
  return `${basePath}/api/v1${path}`;
}
