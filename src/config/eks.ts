/*
 * A target that is a cluster of Amazon EKS. The forms are AWS's own: what AWS would refuse is refused at start.
 *
 * Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import { z } from 'zod';

const SESSION_NAME = /^[A-Za-z0-9_=,.@-]{2,64}$/;
const isTag = ([key, value]: [string, string]) =>
  /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/iu.test(key) && /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u.test(value);

/** `targets[].eks`. */
export const eks = z
  .strictObject({
    cluster: z
      .string()
      .regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'expected the name of a cluster of EKS')
      .describe('The cluster’s name; the token is good for it alone.'),
    region: z
      .string()
      .regex(/^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$/, 'expected a region such as `eu-west-1`')
      .describe('The region that the cluster is in.'),
    roleArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, 'expected `arn:aws:iam::ACCOUNT:role/NAME`')
      .optional()
      .describe(
        'The role that is taken, in a session that may do nothing in AWS itself; default: the gateway’s own credentials.',
      ),
    sessionName: z
      .string()
      .regex(SESSION_NAME, 'expected 2 to 64 letters, digits and `_=,.@-`')
      .default('sallyport')
      .describe('Name of the role’s session, in CloudTrail and in the cluster’s audit log.'),
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{2,1224}$/, 'expected what the role’s trust policy asks for')
      .optional()
      .describe('What the role’s trust policy asks for in `sts:ExternalId`.'),
    sourceIdentity: z
      .string()
      .regex(SESSION_NAME, 'expected 2 to 64 letters, digits and `_=,.@-`')
      .optional()
      .describe('Source identity of the session; the trust policy must allow `sts:SetSourceIdentity`.'),
    tags: z
      .record(z.string(), z.string())
      .refine(
        (tags) => Object.keys(tags).length <= 50 && Object.entries(tags).every(isTag),
        'expected at most 50 tags as AWS takes them',
      )
      .default({})
      .describe('Tags of the session; the trust policy must allow `sts:TagSession`.'),
    fips: z.boolean().default(false).describe('Whether AWS is asked at its FIPS endpoints.'),
    server: z
      .string()
      .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'expected an https URL')
      .optional()
      .describe('The cluster’s endpoint; default: what DescribeCluster says the first time, pinned in `dataFolder`.'),
    caFile: z
      .string()
      .min(1, 'expected a path')
      .optional()
      .describe('PEM certificates of the cluster’s authority, with `server`.'),
  })
  .refine(
    ({ server, caFile }) => (server === undefined) === (caFile === undefined),
    'expected `server` and `caFile` together',
  )
  .refine(
    ({ roleArn, externalId, sourceIdentity, tags }) =>
      roleArn !== undefined ||
      (externalId === undefined && sourceIdentity === undefined && Object.keys(tags).length === 0),
    'expected `roleArn` beside `externalId`, `sourceIdentity` or `tags`',
  );
