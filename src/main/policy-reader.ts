/* The process that reads large policy files for a gateway, says what it read, and ends: see read-policies.ts. */
import { readPolicyFiles } from './read-policy-files.ts';

process.send?.(await readPolicyFiles(process.argv.slice(2)));
