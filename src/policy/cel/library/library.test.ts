import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isCelError, parse, plan } from '@bufbuild/cel';
import { checkCel } from '../check.ts';
import { ENVIRONMENT } from '../environment.ts';

/** True. Most are the examples in pkg/cel/library of k8s.io/apiserver v0.35.4; what Kubernetes itself answers is in the vectors of `test/oracle/cel.test.ts`. */
const TRUE = [
  "isQuantity('1.3G') && isQuantity('1.3Gi') && isQuantity('10000k') && isQuantity('12e6') && isQuantity('1E3') && isQuantity('5E') && isQuantity('.5')",
  "!isQuantity('1,3G') && !isQuantity('200K') && !isQuantity('Three') && !isQuantity('Mi') && !isQuantity('') && !isQuantity('1.5.5') && !isQuantity('1e999')",
  "quantity('50k').asInteger() == 50000 && quantity('50000000G').isInteger()",
  "!quantity('9999999999999999999999999999999999999G').isInteger() && !quantity('0.5').isInteger()",
  "quantity('50k').sub(20000).asApproximateFloat() == 30000.0",
  "quantity('50k').add(quantity('20k')) == quantity('70k') && quantity('50k').add(20) == quantity('50020')",
  "quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')",
  "quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('50M').compareTo(quantity('50Mi')) == -1 && quantity('50Mi').compareTo(quantity('50M')) == 1",
  "quantity('150Mi').isGreaterThan(quantity('100Mi')) && quantity('50M').isLessThan(quantity('100M'))",
  "quantity('1n').sign() == 1 && quantity('-1').sign() == -1 && quantity('0').sign() == 0 && quantity('0.1n') == quantity('1n')",
  '[1, 2, 3].isSorted() && !["c", "a"].isSorted() && [].isSorted()',
  '[1, 3].sum() == 4 && [1.0, 3.0].sum() == 4.0 && [].sum() == 0',
  '[3, 1].min() == 1 && ["a", "b"].max() == "b"',
  '[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && ["a"].indexOf("z") == -1 && [[1]].indexOf([1]) == 0',
  'sets.contains([1, 2], [2]) && !sets.contains([1], [2]) && sets.intersects([1, 2], [2, 3]) && sets.equivalent([1, 1], [1.0])',
  "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6 && isIP('2001:db8::abcd') && !isIP('127.0.0.01') && !isIP('300.0.0.1') && !isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('1::2::3')",
  "ip.isCanonical('127.0.0.1') && ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && !ip.isCanonical('2001:db8::0:0:0:abcd')",
  "ip('2001:DB8:0:0::ABCD') == ip('2001:db8::abcd') && string(ip('1:0:0:2:0:0:0:3')) == '1:0:0:2::3'",
  "ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified() && ip('127.9.0.1').isLoopback() && ip('::1').isLoopback()",
  "ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast() && ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()",
  "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && ip('2001:db8::abcd').isGlobalUnicast() && !ip('ff00::1').isGlobalUnicast()",
  "isCIDR('192.168.0.0/24') && isCIDR('::1/128') && !isCIDR('192.168.0.0/33') && !isCIDR('192.168.0.0') && !isCIDR('192.168.0.0/024')",
  "cidr('192.168.0.0/24').containsIP('192.168.0.1') && cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')",
  "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && !cidr('192.168.1.0/24').containsCIDR(cidr('192.168.2.0/24')) && !cidr('10.0.0.0/8').containsIP('::1')",
  "cidr('192.168.0.5/24').masked() == cidr('192.168.0.0/24') && cidr('192.168.0.5/24').prefixLength() == 24 && cidr('10.0.0.1/8').ip() == ip('10.0.0.1') && string(cidr('::1/128')) == '::1/128'",
  "url('https://user:pass@example.com:80/').getHost() == 'example.com:80' && url('https://example.com:80/').getHostname() == 'example.com' && url('https://[::1]:80/').getHostname() == '::1'",
  "url('https://example.com:80/path?k1=a&k2=b&k2=c#x').getQuery()['k2'] == ['b', 'c'] && url('https://example.com/with%20space/').getEscapedPath() == '/with%20space/'",
  "url('/path').getScheme() == '' && url('https://example.com/').getScheme() == 'https' && url('https://example.com:80/').getPort() == '80' && url('https://example.com/').getPort() == ''",
  "isURL('https://user:pass@example.com:80/path?query=val') && isURL('/absolute-path') && !isURL('https://a:b:c/') && !isURL('../relative-path') && !isURL('') && !isURL('http://a b/')",
  "isSemver('1.0.0') && isSemver('1.0.0-alpha.1+b') && !isSemver('v1.0') && !isSemver('01.0.0') && isSemver('v1.0', true) && isSemver('01.02', true)",
  "semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3 && semver('v1', true) == semver('1.0.0')",
  "semver('1.2.3').isGreaterThan(semver('1.1.9')) && semver('1.0.0-alpha').isLessThan(semver('1.0.0')) && semver('1.0.0-2').isLessThan(semver('1.0.0-10')) && semver('1.0.0-1').isLessThan(semver('1.0.0-a')) && semver('1.0.0-a').isLessThan(semver('1.0.0-a.1'))",
  "!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('My_label').value().size() == 1 && !format.dns1123LabelPrefix().validate('my-').hasValue()",
  "format.named('dns1123Subdomain').hasValue() && !format.named('nope').hasValue() && !format.named('uuid').value().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
  "!format.qualifiedName().validate('example.com/Name_1').hasValue() && format.qualifiedName().validate('a/b/c').hasValue() && !format.labelValue().validate('').hasValue()",
  "!format.date().validate('2021-01-31').hasValue() && format.date().validate('2021-02-31').hasValue() && !format.datetime().validate('2021-01-01T00:00:00Z').hasValue() && !format.byte().validate('aGVsbG8=').hasValue() && format.byte().validate('aGVsbG8').hasValue()",
  "'%s has %d'.format(['x', 3]) == 'x has 3' && 'a-b'.split('-') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && 'ABC'.lowerAscii() == 'abc'",
];

/** Errors in Kubernetes. */
const ERRORS = [
  "quantity('200K')",
  "quantity('0.5').asInteger()",
  '[].min()',
  '[1, "a"].sum()',
  "ip('x')",
  "cidr('10.0.0.0')",
  "url('x')",
  "semver('1')",
  "format.named('x').value()",
  '[9223372036854775807, 1].sum()',
];

function run(expression: string): unknown {
  return plan(ENVIRONMENT, parse(expression))({});
}

suite('Kubernetes’ CEL library', () => {
  for (const expression of TRUE) {
    test(expression, () => {
      assert.deepEqual(checkCel(expression), []);
      assert.equal(run(expression), true);
    });
  }

  for (const expression of ERRORS) test(`${expression} is an error`, () => assert.ok(isCelError(run(expression))));
});
