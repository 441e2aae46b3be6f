import assert from "node:assert/strict";
import { test } from "node:test";
import { activation, kubernetesEnvironment, type Value } from "./index.ts";

const base = kubernetesEnvironment();

/** What comes of an expression: its value, or the text of its error. */
function result(text: string): Value | undefined {
  const { checked, message } = base.compile(text);
  assert.ok(checked !== undefined, message);
  const { value, error } = base.program(checked).evaluate(activation({}));
  return error === undefined ? value : error.message;
}

const table = (cases: readonly (readonly [text: string, result: Value])[]): void => {
  for (const [text, expected] of cases) assert.equal(result(text), expected, text);
};

test("versions are normalised when asked for, and say what is wrong with them", () => {
  table([
    ['semver("v01.01", true) == semver("1.1.0")', true],
    ['isSemver("1.0.0 ", true)', false],
    ['isSemver("v1.0.0")', false],
    ['semver("")', "Version string empty"],
    ['semver("v1.0")', "No Major.Minor.Patch elements found"],
    ['semver("v1.0.0")', 'Invalid character(s) found in major number "v1"'],
    ['semver("1.01.0")', 'Minor number must not contain leading zeroes "01"'],
    ['semver("1.0.")', 'strconv.ParseUint: parsing "": invalid syntax'],
    ['semver("1.0.99999999999999999999")', 'strconv.ParseUint: parsing "99999999999999999999": value out of range'],
    ['semver("1.0.0-")', "Prerelease is empty"],
    ['semver("1.0.0-01")', 'Numeric PreRelease version must not contain leading zeroes "01"'],
    ['semver("1.0.0-a_b")', 'Invalid character(s) found in prerelease "a_b"'],
    ['semver("1.0.0+a..b")', "Build meta data is empty"],
    ['semver("1.0.0+a_b")', 'Invalid character(s) found in build meta data "a_b"'],
    ['semver("1-alpha", true)', "short version cannot contain PreRelease/Build meta data"],
  ]);
});

test("URLs are taken apart as a client's, once they would do as a server's", () => {
  table([
    ["url('https://example.com/path?x=1#f').getQuery()['x'][0]", "1"],
    ["url('https://example.com/path#f').getEscapedPath()", "/path"],
    ["url('//a/b').getHost()", "a"],
    ["url('https://a%41/')", 'URL parse error during conversion from string: parse "https://a%41/": invalid URL escape "%41"'],
    ["url('https://u^@a/')", 'URL parse error during conversion from string: parse "https://u^@a/": net/url: invalid userinfo'],
  ]);
});

test("lists of what is not known before are summed by what is in them", () => {
  table([
    ["dyn([1.0, 2.0]).sum() == 3.0", true],
    ["dyn([1, 2]).sum() == 3", true],
    ["dyn([]).sum() == 0", true],
  ]);
});

test("a text that is no address lies in no range: the function does not take it", () => {
  table([
    ["cidr('10.0.0.0/8').containsIP('x')", "no such overload"],
    ["cidr('10.0.0.0/8').containsIP('10.1.1.1')", true],
    ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ["ip('fe80::1%eth0')", 'IP address "fe80::1%eth0" with zone value is not allowed'],
  ]);
});
