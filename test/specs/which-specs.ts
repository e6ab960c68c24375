/** The special interest groups whose specs speak of what passes a gateway: the API, its clients, and pods as clients reach them. */
const GROUPS = /\[sig-(?:api-machinery|apps|auth|cli|node)\]/;

/** What is not run, and why. */
const LEFT_OUT: readonly (readonly [names: RegExp, why: string])[] = [
  [
    /Webhook|\] Aggregator/,
    'the API server would call a Service, which is reached nowhere here: there is no kube-proxy',
  ],
  [/Guestbook/, 'its pods find one another by the names of Services, and there is no cluster DNS'],
  [/Update Demo/, 'its pods run an image of their own, which no registry of packages has'],
  [/InPlace Resize/, 'the kubelet of Kubernetes 1.35 panics in it where it manages no cgroups of pods'],
  [
    /\[sig-node\] (?:Probing|Container Runtime|Containers |Downward|InitContainer|KubeletManaged|Security Context|Sysctls|Variable|PreStop)/,
    'it looks at what a kubelet does with a pod; its requests are those of the other specs of pods',
  ],
];

/** Whether a conformance spec is run. */
export function isRun(name: string): boolean {
  return GROUPS.test(name) && !LEFT_OUT.some(([names]) => names.test(name));
}
