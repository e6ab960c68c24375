import { hash } from 'node:crypto';
import { join } from 'node:path';

/**
 * The file that pins where a cluster of EKS is: of a target of the configuration by its name; of one by API, which has a role, by that too.
 *
 * Security: a target by API is removed and replaced by callers of the API. With a role of another account, a cluster of the same name and region is another cluster: it is
 * never taken to be where the first one was. No name has a slash, so that none of the configuration reaches the folder of the others.
 */
export function eksPinFile(dataFolder: string, name: string, roleArn?: string): string {
  if (roleArn === undefined) return join(dataFolder, 'eks', `${name}.json`);
  return join(dataFolder, 'eks', 'api', `${name}-${hash('sha256', roleArn)}.json`);
}
