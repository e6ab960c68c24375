import { Refusal } from '../model/refusal.ts';
import type { RoleName } from '../policy/role.ts';

/** The refusal of what needs a role. */
export function roleRequired(names: readonly RoleName[]): Refusal {
  return new Refusal(
    'ROLE_REQUIRED',
    `this needs the role ${names.map((name) => `\`${name}\``).join(' or ')}, for all that it touches`,
    {
      advice: 'roles are given by `roles` in policy files, `operator` and `approver` to persons alone',
    },
  );
}
