import type { RoleName } from '../policy/role.ts';
import { type GatewayStatus, statusSchema } from './contract.ts';
import type { Route } from './route.ts';

const SEE: readonly RoleName[] = ['auditor', 'operator'];

/** What `/readyz` says, what an operator has opened, and how each part is, for who looks after it. */
export function statusRoute({ status }: { readonly status: () => Promise<GatewayStatus> }): Route {
  return {
    method: 'GET',
    path: '/gateway',
    id: 'gatewayStatus',
    summary: 'What hinders this gateway, what it warns of, what is open under `unsafe`, and how each of its parts is.',
    needs: SEE,
    answer: { status: 200, schema: statusSchema, description: 'As it is now.' },
    handle: async () => ({ status: 200, body: await status() }),
  };
}
