import type { KeywordMatcher } from './detector.ts';
import { token } from './token.ts';

const alphanumeric = 'A-Za-z0-9';
const url = 'A-Za-z0-9_-';
const hex = 'a-f0-9';

/**
 * Tokens of well-known services, by the prefix that each gives them.
 *
 * A prefix that ordinary words have as well (`sk-`, `key-`) needs a digit among what follows, and both cases or hexadecimal digits alone.
 * Source: each service's documentation of its token formats; GitHub's, https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
 */
export const serviceTokens: readonly KeywordMatcher[] = [
  token({ prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], alphabet: alphanumeric, bytesMin: 36 }),
  token({ prefixes: ['github_pat_'], alphabet: 'A-Za-z0-9_', bytesMin: 36 }),
  token({
    prefixes: ['glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'glft-', 'glsoat-', 'glimt-', 'gloas-', 'glffct-'],
    alphabet: url,
    bytesMin: 20,
    needs: ['0-9A-Z_'],
  }),
  token({
    prefixes: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxe.xoxp-', 'xoxe.xoxb-', 'xoxc-', 'xoxd-'],
    alphabet: 'A-Za-z0-9%/+-',
    bytesMin: 16,
    needs: ['0-9'],
  }),
  token({ prefixes: ['xapp-'], alphabet: 'A-Za-z0-9-', bytesMin: 24, needs: ['0-9'] }),
  token({
    prefixes: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/'],
    alphabet: 'A-Za-z0-9/',
    bytesMin: 20,
  }),
  token({
    prefixes: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    alphabet: 'A-Za-z0-9/_-',
    bytesMin: 40,
  }),
  token({ prefixes: ['office.com/webhookb2/'], alphabet: 'A-Za-z0-9/@_-', bytesMin: 60, needs: ['0-9'] }),
  token({ prefixes: ['api.telegram.org/bot'], alphabet: 'A-Za-z0-9:_-', bytesMin: 40, needs: ['0-9', ':'] }),
  token({
    prefixes: ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    alphabet: 'A-Za-z0-9+/=',
    bytesMin: 16,
    needs: ['0-9'],
  }),
  token({ prefixes: ['npm_'], alphabet: alphanumeric, bytesMin: 36 }),
  token({ prefixes: ['pypi-'], alphabet: url, bytesMin: 50, needs: ['0-9', 'A-Z'] }),
  token({ prefixes: ['hvs.', 'hvb.', 'hvr.'], alphabet: url, bytesMin: 24 }),
  token({ prefixes: ['sk-ant-'], alphabet: url, bytesMin: 24, needs: ['0-9'] }),
  token({
    prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-or-v1-'],
    alphabet: url,
    bytesMin: 32,
    needs: ['0-9'],
  }),
  token({ prefixes: ['sk-'], alphabet: alphanumeric, bytesMin: 32, needs: ['0-9'] }),
  token({ prefixes: ['hf_'], alphabet: alphanumeric, bytesMin: 30 }),
  token({ prefixes: ['gsk_', 'xai-', 'pplx-', 'r8_'], alphabet: alphanumeric, bytesMin: 36, needs: ['0-9'] }),
  token({ prefixes: ['SG.'], alphabet: 'A-Za-z0-9_.-', bytesMin: 60, needs: ['0-9', '.'] }),
  token({ prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'], alphabet: hex, bytesMin: 64 }),
  token({ prefixes: ['dckr_pat_', 'dckr_oat_'], alphabet: url, bytesMin: 27 }),
  token({ prefixes: ['glsa_', 'glc_'], alphabet: 'A-Za-z0-9_=+/', bytesMin: 32, needs: ['0-9'] }),
  token({ prefixes: ['NRAK-', 'NRJS-', 'NRII-'], alphabet: 'A-Za-z0-9_-', bytesMin: 19, needs: ['0-9'] }),
  token({
    prefixes: ['lin_api_', 'ntn_', 'sntrys_', 'sntryu_', 'pscale_tkn_', 'pscale_pw_'],
    alphabet: 'A-Za-z0-9_=+/.-',
    bytesMin: 32,
  }),
  token({ prefixes: ['shpat_', 'shpca_', 'shppa_', 'shpss_'], alphabet: 'A-Fa-f0-9', bytesMin: 32 }),
  token({ prefixes: ['dapi'], alphabet: hex, bytesMin: 32 }),
  token({ prefixes: ['key-'], alphabet: hex, bytesMin: 32 }),
  token({ prefixes: ['pul-', 'sbp_', 'rubygems_'], alphabet: hex, bytesMin: 40 }),
  token({ prefixes: ['dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.'], alphabet: 'A-Za-z0-9._-', bytesMin: 40 }),
  token({
    prefixes: ['tskey-auth-', 'tskey-api-', 'tskey-client-', 'tskey-scim-', 'tskey-webhook-'],
    alphabet: 'A-Za-z0-9-',
    bytesMin: 20,
  }),
  token({
    prefixes: ['ATATT3', 'ATBB', 'ATCTT3', 'ATOA'],
    alphabet: 'A-Za-z0-9_=-',
    bytesMin: 24,
    needs: ['0-9', 'a-z'],
  }),
  token({ prefixes: ['AGE-SECRET-KEY-1'], alphabet: 'A-Z0-9', bytesMin: 58 }),
  token({ prefixes: ['PMAK-'], alphabet: 'a-f0-9-', bytesMin: 59 }),
  token({
    prefixes: ['figd_', 'ddp_', 'nfp_', 'fo1_', 'FlyV1 fm'],
    alphabet: 'A-Za-z0-9_+/=-',
    bytesMin: 36,
    needs: ['0-9'],
  }),
];
