/** What a key may mean, whatever it stands in. Numbers, since each member of each object is asked. */
export const keyRole = {
  none: 0,
  name: 1,
  value: 2,
  kind: 3,
  data: 4,
  stringData: 5,
  metadata: 6,
  uid: 7,
  annotations: 8,
  managedFields: 9,
  applied: 10,
  type: 11,
  user: 12,
  release: 13,
  auth: 14,
  binaryData: 15,
  command: 16,
  args: 17,
} as const;

export type KeyRole = (typeof keyRole)[keyof typeof keyRole];

const roles: ReadonlyMap<string, KeyRole> = new Map<string, KeyRole>([
  ['kubectl.kubernetes.io/last-applied-configuration', keyRole.applied],
  ...Object.entries(keyRole).filter(([name]) => name !== 'none' && name !== 'applied'),
]);

export function roleOf(key: string): KeyRole {
  return roles.get(key) ?? keyRole.none;
}
