import type { PolicyPorts } from '../cli/policy/policy.ts';
import { typesAt } from '../connectors/kubernetes/body/types-at.ts';
import { powerOf } from '../connectors/kubernetes/powers.ts';
import { readRbac } from './read-rbac.ts';
import { readRecorded } from './read-recorded.ts';
import { readRequest } from './read-request.ts';

/** What `sallyport policy` needs of the connector. */
export const policyPorts: PolicyPorts = { readRequest, powerOf, typesAt, readRbac, readRecorded };
