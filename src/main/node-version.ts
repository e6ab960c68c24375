/** As `engines` in package.json has it. */
export const NODE_MIN = '24.15';

/** Why this Node cannot run the program, in a sentence; undefined where it can. npm warns of it and installs all the same. */
export function whyNotOn(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = NODE_MIN.split('.').map(Number);
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return undefined;
  return `Node ${NODE_MIN} or newer is needed; this is Node ${version}`;
}
