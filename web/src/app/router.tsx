/* The way to every page. Each page is a file of its own that is loaded when it is first wanted; only the inbox comes with the frame. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { basePath } from '../api/base.ts';
import type { GrantsSearch } from '../grants/grants.tsx';
import { Inbox } from '../inbox/inbox.tsx';
import { policySearch } from '../policy/policy-search.ts';
import { sessionFilters } from '../sessions/session-filters.ts';
import { storySearch } from '../sessions/story-search.ts';
import { Frame } from './frame.tsx';
import { NotFound } from './not-found.tsx';

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const page = <Path extends string>(path: Path) => ({ getParentRoute: () => root, path }) as const;

const routes = [
  createRoute({
    ...page('/'),
    component: Inbox,
    validateSearch: ({ q }: Record<string, unknown>): { readonly q?: string } => (isText(q) ? { q } : {}),
  }),
  createRoute({
    ...page('/approvals/$id'),
    component: lazyRouteComponent(() => import('../approval/question-page.tsx'), 'QuestionPage'),
  }),
  createRoute({ ...page('/now'), component: lazyRouteComponent(() => import('../now/now.tsx'), 'Now') }),
  createRoute({
    ...page('/grants'),
    component: lazyRouteComponent(() => import('../grants/grants.tsx'), 'Grants'),
    validateSearch: ({ state, all, id }: Record<string, unknown>): GrantsSearch => ({
      ...(state === 'pending' || state === 'ended' ? { state } : {}),
      ...(all === true ? { all } : {}),
      ...(isText(id) ? { id } : {}),
    }),
  }),
  createRoute({
    ...page('/grants/ask'),
    component: lazyRouteComponent(() => import('../grants/ask.tsx'), 'Ask'),
    validateSearch: ({ grant }: Record<string, unknown>): { readonly grant?: string } =>
      isText(grant) ? { grant } : {},
  }),
  createRoute({
    ...page('/sessions'),
    component: lazyRouteComponent(() => import('../sessions/sessions.tsx'), 'Sessions'),
    validateSearch: sessionFilters,
  }),
  createRoute({
    ...page('/sessions/$id'),
    component: lazyRouteComponent(() => import('../sessions/session-page.tsx'), 'SessionPage'),
    validateSearch: storySearch,
  }),
  createRoute({
    ...page('/exchanges/$id'),
    component: lazyRouteComponent(() => import('../sessions/call-page.tsx'), 'CallPage'),
  }),
  createRoute({
    ...page('/compare'),
    component: lazyRouteComponent(() => import('../compare/compare.tsx'), 'Compare'),
    validateSearch: ({ a, b }: Record<string, unknown>): { readonly a?: string; readonly b?: string } => ({
      ...(isText(a) ? { a } : {}),
      ...(isText(b) ? { b } : {}),
    }),
  }),
  createRoute({
    ...page('/policy'),
    component: lazyRouteComponent(() => import('../policy/policy.tsx'), 'Policy'),
    validateSearch: policySearch,
  }),
  createRoute({ ...page('/keys'), component: lazyRouteComponent(() => import('../keys/keys.tsx'), 'Keys') }),
  createRoute({
    ...page('/stand-ins'),
    component: lazyRouteComponent(() => import('../delegations/delegations.tsx'), 'Delegations'),
    validateSearch: ({ all }: Record<string, unknown>): { readonly all?: boolean } => (all === true ? { all } : {}),
  }),
  createRoute({
    ...page('/targets'),
    component: lazyRouteComponent(() => import('../targets/targets.tsx'), 'Targets'),
  }),
];

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: basePath === '' ? '/' : basePath,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
