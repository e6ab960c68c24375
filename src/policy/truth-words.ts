import type { FactKind } from './facts.ts';
import { missingFacts, missingParts, type Truth, type UnsaidKind } from './truth.ts';

/** What each fact is called in a sentence. */
export const FACT_WORDS: Readonly<Record<FactKind, string>> = {
  existing: 'the live object',
  result: 'the object as the server would store it',
  pod: 'the pod',
  namespaceLabels: 'the labels of the namespace',
  services: 'the services in front of the pod',
  lastDone: 'when its caller last did the like',
};

const PART_WORDS: Readonly<Record<UnsaidKind, string>> = {
  name: 'the name of the object',
  namespace: 'the namespace',
  body: 'the object that would be sent',
  options: 'the options of the request',
  command: 'the command and its container',
  container: 'the container',
  ports: 'the ports',
  path: 'the path behind the proxy',
  condition: 'the whole request for its condition',
};

/** What is missing to know a truth, in words; at least one. */
export function needsOf(truth: Truth): readonly string[] {
  const needs = [
    ...missingParts(truth).map((part) => PART_WORDS[part]),
    ...missingFacts(truth).map((kind) => FACT_WORDS[kind]),
  ];
  return needs.length === 0 ? ['the whole request'] : needs;
}
