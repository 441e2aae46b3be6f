/**
 * The tag that an image's name stands for: the one written, or "latest" where neither a tag nor a digest is; "" for a
 * digest alone and for what is no reference (the grammar of the distribution project's references).
 */
export function imageTag(image: string): string {
  if (image.length > maxReference || image === "" || bareId.test(image)) return "";
  const match = reference.exec(withDomain(image));
  if (match === null) return "";
  const [, domain = "", path = "", tag = "", digest = ""] = match;
  if (domain.length + 1 + path.length > maxName) return "";
  if (digest === "") return tag === "" ? "latest" : tag;
  return knownDigest(digest) ? tag : "";
}

const maxName = 255;
const maxReference = 1024;
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^(${host})/(${component}(?:/${component})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
/** 64 hex digits are an image's id, which is no name. */
const bareId = /^[a-f0-9]{64}$/;
const digestSizes = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** The first part of a name is a host only if it looks like one; else the name is Docker Hub's. */
function withDomain(image: string): string {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first;
  return slash >= 0 && isHost ? image : `docker.io/${image.includes("/") ? "" : "library/"}${image}`;
}

function knownDigest(digest: string): boolean {
  const [algorithm = "", hex = ""] = digest.split(":");
  return digestSizes.get(algorithm) === hex.length && /^[a-f0-9]*$/.test(hex);
}
