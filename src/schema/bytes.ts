const canonical = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Whether a text is base64 of the standard alphabet, padded and on one line. */
export function isBase64(text: string): boolean {
  return canonical.test(text);
}

/**
 * Base64 as Go reads it (standard alphabet, padding required, line breaks passed over) and writes it again. A fault is
 * told by the position of the byte at which Go gives up.
 */
export function canonicalBytes(text: string): { ok: true; text: string } | { ok: false; message: string } {
  if (text.length % 4 === 0 && isBase64(text)) {
    // Bits beyond the last byte are dropped: "QR==" and "QQ==" are one value.
    return { ok: true, text: text.endsWith("=") ? Buffer.from(text, "base64").toString("base64") : text };
  }
  const at = faultAt(text);
  if (at !== undefined) return { ok: false, message: `illegal base64 data at input byte ${at}` };
  return { ok: true, text: Buffer.from(text.replaceAll(/[\r\n]/g, ""), "base64").toString("base64") };
}

/** Go decodes four characters at a time; where a group is broken, it names a byte by these rules. */
function faultAt(text: string): number | undefined {
  const bytes = Buffer.from(text, "utf8");
  const isBreak = (at: number) => bytes[at] === 0x0a || bytes[at] === 0x0d;
  let at = 0;
  for (;;) {
    let inGroup = 0;
    for (; inGroup < 4; inGroup++) {
      while (at < bytes.length && isBreak(at)) at++;
      if (at >= bytes.length) return inGroup === 0 ? undefined : at - inGroup;
      const character = String.fromCharCode(bytes[at++] ?? 0);
      if (alphabet.includes(character)) continue;
      if (character !== "=" || inGroup < 2) return at - 1;
      while (at < bytes.length && isBreak(at)) at++;
      if (inGroup === 2) {
        if (at >= bytes.length) return bytes.length;
        if (bytes[at] !== 0x3d) return at - 1;
        at++;
        while (at < bytes.length && isBreak(at)) at++;
      }
      return at < bytes.length ? at : undefined;
    }
  }
}
