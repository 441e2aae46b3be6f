import assert from "node:assert/strict";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { certificateRequestFault, subjectCommonName, subjectOrganizations } from "./certificate-request.ts";
import { bitString, context, objectIdentifier, positiveInteger, sequence, setOfOne, utf8String } from "./der.ts";
import { bits, DerError, FieldReader, objectIdentifier as identifierField, readObjectIdentifier, structure } from "./der-reader.ts";
import { readPem } from "./pem.ts";

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const algorithms = {
  ec: { pair: generateKeyPairSync("ec", { namedCurve: "P-256" }), identifier: "1.2.840.10045.4.3.2", digest: "sha256" },
  ed25519: { pair: generateKeyPairSync("ed25519"), identifier: "1.3.101.112", digest: null },
  rsa: { pair: generateKeyPairSync("rsa", { modulusLength: 2048 }), identifier: "1.2.840.113549.1.1.11", digest: "sha256" },
} as const;

function request(of: Pair, signer: Pair, identifier: string, digest: string | null, subject: Buffer = sequence()): Buffer {
  const key = of.publicKey.export({ type: "spki", format: "der" });
  const info = sequence(positiveInteger(Buffer.from([0])), subject, key, context(0, Buffer.alloc(0), true));
  return sequence(info, sequence(objectIdentifier(identifier)), bitString(sign(digest, info, signer.privateKey)));
}

for (const [name, { pair, identifier, digest }] of Object.entries(algorithms)) {
  test(`a request that its own ${name} key signed is good, one that another key signed is not`, () => {
    assert.equal(certificateRequestFault(request(pair, pair, identifier, digest)), undefined);
    const other: Pair =
      name === "ec"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : name === "rsa"
          ? generateKeyPairSync("rsa", { modulusLength: 2048 })
          : generateKeyPairSync("ed25519");
    assert.match(certificateRequestFault(request(pair, other, identifier, digest)) ?? "", /verification/);
  });
}

test("signatures that are believed no more are named", () => {
  const { pair } = algorithms.rsa;
  const old = request(pair, pair, "1.2.840.113549.1.1.5", "sha1");
  assert.equal(certificateRequestFault(old), "x509: cannot verify signature: insecure algorithm SHA1-RSA");
});

test("bytes that are no request are refused, never thrown over", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(typeof certificateRequestFault(Buffer.from(bytes)), "string");
    }),
  );
  const { pair, identifier, digest } = algorithms.ec;
  const good = request(pair, pair, identifier, digest);
  assert.equal(certificateRequestFault(Buffer.concat([good, Buffer.from([0])])), "asn1: syntax error: trailing data");
  for (let end = 0; end < good.length; end++) assert.notEqual(certificateRequestFault(good.subarray(0, end)), undefined);
});

test("what is wrong with bytes is told by the field that should have been there", () => {
  const plain =
    "{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}";
  const rows: readonly [Buffer, string][] = [
    [Buffer.from(""), "asn1: syntax error: sequence truncated"],
    [Buffer.from("0"), "asn1: syntax error: truncated tag or length"],
    [Buffer.from([0x30, 0]), "asn1: syntax error: sequence truncated"],
    [Buffer.from([0x30, 5, 1]), "asn1: syntax error: data truncated"],
    [Buffer.from([0x30, 0x80]), "asn1: syntax error: indefinite length found (not DER)"],
    [Buffer.from([0x30, 0x81, 1, 0]), "asn1: structure error: non-minimal length"],
    [Buffer.from([0x30, 0x82, 0, 1]), "asn1: structure error: superfluous leading zeros in length"],
    [
      Buffer.from("hello"),
      `asn1: structure error: tags don't match (16 vs {class:1 tag:8 length:101 isCompound:true}) ${plain} certificateRequest @2`,
    ],
    [
      Buffer.from([0x30, 3, 1, 1, 0]),
      `asn1: structure error: tags don't match (16 vs {class:0 tag:1 length:1 isCompound:false}) ${plain} tbsCertificateRequest @2`,
    ],
  ];
  for (const [bytes, wanted] of rows) assert.equal(certificateRequestFault(bytes), wanted);
});

test("all names of a subject are read, or the request is none", () => {
  const { pair, identifier, digest } = algorithms.ec;
  const name = (type: string, text: string) => setOfOne(sequence(objectIdentifier(type), utf8String(text)));
  const names = [name("2.5.4.10", "a"), name("2.5.4.3", "first"), name("2.5.4.10", "b"), name("2.5.4.3", "last")];
  const good = request(pair, pair, identifier, digest, sequence(...names));
  assert.deepEqual(subjectOrganizations(good), ["a", "b"]);
  assert.equal(subjectCommonName(good), "last");
  assert.equal(certificateRequestFault(good), undefined);
  const wrong = Buffer.concat([Buffer.from([0x30, 0x82, 0, 13]), name("2.5.4.10", "ab")]);
  for (const subject of [sequence(...Array.from({ length: 1001 }, () => name("2.5.4.10", "a"))), wrong]) {
    const bad = request(pair, pair, identifier, digest, subject);
    assert.deepEqual(subjectOrganizations(bad), []);
    assert.match(certificateRequestFault(bad) ?? "", /^asn1: structure error: /);
  }
});

test("DER is read back as it was written", () => {
  const long = Buffer.alloc(300, 7);
  const whole = sequence(bitString(long), objectIdentifier("1.2.840.113549.1.1.11"));
  const inside = new FieldReader(new FieldReader(whole).next(structure("whole")).content);
  assert.deepEqual(inside.next(bits).content.subarray(1), long);
  assert.equal(readObjectIdentifier(inside.next(identifierField).content), "1.2.840.113549.1.1.11");
  assert.equal(inside.left, 0);
  assert.throws(() => new FieldReader(Buffer.from([0x30, 0x80])).next(), DerError);
});

test("a PEM block is found among other text; one that is broken is passed over", () => {
  const block = "-----BEGIN A B-----\nAQID\n-----END A B-----\n";
  assert.deepEqual(readPem(`text\n${block}more`), { type: "A B", headers: false, bytes: Buffer.from([1, 2, 3]), rest: "\nmore" });
  assert.equal(readPem(block.replace("AQID", "A?"))?.type, undefined);
  assert.equal(readPem(`-----BEGIN A B-----\nno end\n`), undefined);
  const begin = "-----BEGIN A B-----\n";
  assert.deepEqual(readPem(`${begin.repeat(50_000)}${block}`)?.bytes, Buffer.from([1, 2, 3]), "the last beginning before an end counts");
  assert.deepEqual(readPem(`${begin}${":".repeat(100_000)}\n-----END A B-----\n${block}`)?.bytes, Buffer.from([1, 2, 3]));
  assert.equal(readPem(`${begin}AQID\n-----END C-----\n${block}`)?.type, "A B");
  assert.equal(readPem("-----BEGIN X-----\nProc-Type: 4\n\nAQID\n-----END X-----")?.headers, true);
  assert.equal(readPem(`-----BEGIN X-----\n!\n-----END X-----\n${block}`)?.type, "A B");
});
