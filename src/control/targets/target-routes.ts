/* The operations of `/api/v1` on targets. Who may register a target decides where callers' requests go: operators, and they are persons (T77). */

import { Refusal } from '../../model/refusal.ts';
import type { TargetChecked, TargetCheckState } from '../../model/target-check.ts';
import { type Role, type RoleName, reaches } from '../../policy/role.ts';
import { pageOf, type TargetPlace, targetSchema } from '../contract.ts';
import { roleRequired } from '../role-required.ts';
import type { Asked, Route } from '../route.ts';
import { seen } from '../seen.ts';
import { instant } from '../views.ts';
import type { KeptTarget } from './kept-target.ts';
import type { LiveTargets } from './live-targets.ts';
import { targetCheckSchema } from './target-check-contract.ts';
import {
  registeredTargetSchema,
  type TargetAdd,
  type TargetReplace,
  targetAddSchema,
  targetRemoveSchema,
  targetReplaceSchema,
  targetVersionSchema,
} from './target-contract.ts';
import { registeredView, versionView } from './target-views.ts';
import type { Targets } from './targets.ts';

export interface TargetParts {
  readonly registered: Targets;
  readonly liveTargets: LiveTargets;
  readonly targetPlaces: () => readonly TargetPlace[];
  /** Looks at a target, of the configuration or registered; undefined where there is none of this name. */
  readonly checkTarget: (name: string) => Promise<readonly TargetChecked[] | undefined>;
  readonly now: () => number;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const CHANGE: readonly RoleName[] = ['operator'];

const answer = {
  schema: registeredTargetSchema,
  description: 'The target, without its credential; `ETag` is its version.',
};

/** Operations on targets. */
export function targetRoutes(parts: TargetParts): readonly Route[] {
  return [placesRoute(parts), ...registeredRoutes(parts), ...changeRoutes(parts), checkRoute(parts)];
}

function placesRoute({ targetPlaces }: TargetParts): Route {
  return {
    method: 'GET',
    path: '/targets',
    id: 'listTargets',
    summary: 'Where callers reach each target.',
    needs: 'caller',
    answer: { status: 200, schema: pageOf(targetSchema), description: 'All of them that the caller’s token reaches.' },
    handle: async ({ caller }) => ({
      status: 200,
      body: {
        items: targetPlaces().filter(({ name }) => caller.issued === undefined || caller.issued.targets.includes(name)),
        next: null,
      },
    }),
  };
}

function registeredRoutes({ registered, liveTargets }: TargetParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/targets/registered',
      id: 'listRegisteredTargets',
      summary: 'Targets that were registered by API, and that a role reaches.',
      needs: SEE,
      answer: { status: 200, schema: pageOf(registeredTargetSchema), description: 'All of them.' },
      handle: async ({ roles }) => ({
        status: 200,
        body: {
          items: liveTargets
            .list()
            .filter(({ kept }) => isReached(roles, SEE, kept.name))
            .map((live) => registeredView(live.kept, live)),
          next: null,
        },
      }),
    },
    {
      method: 'GET',
      path: '/targets/registered/{name}',
      id: 'getRegisteredTarget',
      summary: 'One of them, also after it was removed, for as long as `store.keepFor`.',
      needs: SEE,
      answer: { status: 200, ...answer },
      handle: async (asked) => shown(200, await find(registered, asked), liveTargets),
    },
    {
      method: 'GET',
      path: '/targets/registered/{name}/versions',
      id: 'listTargetVersions',
      summary: 'What a target was from when on, who made it so and why; the newest first.',
      needs: SEE,
      answer: { status: 200, schema: pageOf(targetVersionSchema), description: 'The last 50; the journal has all.' },
      handle: async (asked) => {
        const { history } = await find(registered, asked);
        return { status: 200, body: { items: history.toReversed().map(versionView), next: null } };
      },
    },
  ];
}

function changeRoutes({ registered, liveTargets }: TargetParts): readonly Route[] {
  const changeOf = ({ caller, roles, path, version }: Asked) => {
    const name = path.name as string;
    if (!isReached(roles, CHANGE, name)) throw roleRequired(CHANGE);
    return { name, by: caller, version };
  };
  return [
    {
      method: 'POST',
      path: '/targets/registered',
      id: 'addTarget',
      summary: 'Register a target. Every gateway on the store serves it from then on, at `/k8s/NAME`.',
      needs: CHANGE,
      body: targetAddSchema,
      answer: { status: 201, ...answer },
      handle: async ({ caller, roles, body }) => {
        const asked = body as TargetAdd;
        if (!isReached(roles, CHANGE, asked.name)) throw roleRequired(CHANGE);
        return shown(201, await registered.add(asked, caller), liveTargets);
      },
    },
    {
      method: 'POST',
      path: '/targets/registered/{name}/replace',
      id: 'replaceTarget',
      summary: 'Make a target another, at once; its streams end, and begin again at what it is now.',
      needs: CHANGE,
      body: targetReplaceSchema,
      answer: { status: 200, ...answer },
      handle: async (asked) =>
        shown(200, await registered.replace(asked.body as TargetReplace, changeOf(asked)), liveTargets),
    },
    {
      method: 'POST',
      path: '/targets/registered/{name}/remove',
      id: 'removeTarget',
      summary: 'Remove a target, at once, with its streams and its credential.',
      needs: CHANGE,
      body: targetRemoveSchema,
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const { reason } = asked.body as { readonly reason: string };
        return shown(200, await registered.remove(reason, changeOf(asked)), liveTargets);
      },
    },
  ];
}

function checkRoute({ checkTarget, now }: TargetParts): Route {
  return {
    method: 'POST',
    path: '/targets/{name}/check',
    id: 'checkTarget',
    summary:
      'Look at a target, of the configuration or registered: reach, certificate, clock, credential, impersonation, and whether its credentials may what they need and no more.',
    needs: CHANGE,
    answer: {
      status: 200,
      schema: targetCheckSchema,
      description: 'What was found; nothing is changed at the target.',
    },
    handle: async ({ roles, path }) => {
      const name = path.name as string;
      const checks = isReached(roles, CHANGE, name) ? await checkTarget(name) : undefined;
      if (checks === undefined) throw new Refusal('NOT_FOUND', 'there is no such target that you may check');
      return { status: 200, body: { target: name, at: instant(now()), state: worst(checks), checks } };
    },
  };
}

async function find(registered: Targets, { roles, path }: Asked): Promise<KeptTarget> {
  const name = path.name as string;
  return seen(isReached(roles, SEE, name) ? await registered.get(name) : undefined, 'target');
}

function shown(status: number, kept: KeptTarget, liveTargets: LiveTargets) {
  return { status, body: registeredView(kept, liveTargets.get(kept.name)), version: kept.version };
}

function isReached(roles: readonly Role[], names: readonly RoleName[], target: string): boolean {
  return reaches(roles, names, { target, namespaces: [] });
}

const ORDER: readonly TargetCheckState[] = ['failed', 'unknown', 'warning', 'ok'];

function worst(checks: readonly TargetChecked[]): TargetCheckState {
  return ORDER.find((state) => checks.some((check) => check.state === state)) ?? 'ok';
}
