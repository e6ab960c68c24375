/*
 * Which sheets bear on which control. Evidence is what a control's owner shows; whether the control is met is the auditor's to say.
 *
 * Source: AICPA, 2017 Trust Services Criteria (with the points of focus of 2022); ISO/IEC 27001:2022, Annex A
 */
import type { SheetName } from './sheets.ts';

/** A control, and what of the bundle bears on it. */
export interface Control {
  readonly standard: 'SOC 2' | 'ISO/IEC 27001:2022';
  readonly id: string;
  readonly title: string;
  /** What the bundle shows of it, in one sentence without a final stop. */
  readonly shows: string;
  readonly sheets: readonly (SheetName | 'rules' | 'journal')[];
}

export const CONTROLS: readonly Control[] = [
  {
    standard: 'SOC 2',
    id: 'CC6.1',
    title: 'Logical access security',
    shows: 'every request is made by a known caller and answered by policy; what policy did not allow was refused',
    sheets: ['rules', 'callers', 'refused'],
  },
  {
    standard: 'SOC 2',
    id: 'CC6.2',
    title: 'Credentials are issued to authorised users, and removed',
    shows: 'who signed in, which tokens persons gave to programs, for what task, and when each ended',
    sheets: ['logins', 'tokens'],
  },
  {
    standard: 'SOC 2',
    id: 'CC6.3',
    title: 'Access is authorised, modified and removed by role and least privilege',
    shows: 'access beyond standing policy was asked for, given by a person, bounded in time, and ended',
    sheets: ['rules', 'grants', 'approvals', 'policy', 'kills'],
  },
  {
    standard: 'SOC 2',
    id: 'CC6.6',
    title: 'Protection against threats from outside the boundary',
    shows: 'what was refused at the gateway, and what an operator had opened in it',
    sheets: ['refused', 'gateway'],
  },
  {
    standard: 'SOC 2',
    id: 'CC7.2',
    title: 'Anomalies are monitored',
    shows: 'callers that tried what is hidden from them, brought remembered masks, or asked too fast',
    sheets: ['alarms', 'refused'],
  },
  {
    standard: 'SOC 2',
    id: 'CC7.4',
    title: 'Response to incidents',
    shows: 'whom operators stopped, when, why, and until when',
    sheets: ['kills'],
  },
  {
    standard: 'SOC 2',
    id: 'CC8.1',
    title: 'Changes are authorised, tracked and approved',
    shows: 'each change with its caller, rule, grant and approval; each approval with its person, reason and digest',
    sheets: ['changes', 'streams', 'approvals'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.5.15',
    title: 'Access control',
    shows: 'the rules in force, and that requests were answered by them',
    sheets: ['rules', 'policy', 'refused'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.5.16',
    title: 'Identity management',
    shows: 'each caller with its issuer, kind and groups',
    sheets: ['callers', 'logins'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.5.18',
    title: 'Access rights',
    shows: 'rights that were given, by whom, why, and when they ended',
    sheets: ['grants', 'tokens', 'approvals'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.5.28',
    title: 'Collection of evidence',
    shows: 'the journal’s own lines, chained, with a script that checks them',
    sheets: ['journal'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.5.33',
    title: 'Protection of records',
    shows: 'that no line was changed or left out, a signed checkpoint, and who read what is kept',
    sheets: ['journal', 'readings', 'gateway'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.8.2',
    title: 'Privileged access rights',
    shows: 'commands in containers and approved requests, with who approved',
    sheets: ['streams', 'approvals', 'grants'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.8.15',
    title: 'Logging',
    shows: 'who did what, when, from which identity, with what outcome',
    sheets: ['changes', 'streams', 'refused', 'journal'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.8.16',
    title: 'Monitoring activities',
    shows: 'what stood out, and what operators did about it',
    sheets: ['alarms', 'kills'],
  },
  {
    standard: 'ISO/IEC 27001:2022',
    id: 'A.8.32',
    title: 'Change management',
    shows: 'changes of clusters and of policy, with their approvals',
    sheets: ['changes', 'approvals', 'policy'],
  },
];
