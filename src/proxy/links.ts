/** What links of another server become: paths on it lead through here. */
export interface LinkBase {
  /** Host and port of the server, as its own links name it. */
  readonly host: string;
  /** "https://host:port" for what stands before its paths; "" for nothing. */
  readonly origin: string;
  /** Path under which its paths lie here; "" for none. */
  readonly prefix: string;
}

/** A link as a client can follow it. Links to other hosts, and those that are relative, stay as they are. */
export function rewrittenLink(link: string, { host, origin, prefix }: LinkBase): string {
  const [, authority, path = ""] = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?(\/.*)?$/is.exec(link) ?? [];
  if (!path.startsWith("/") || (authority !== undefined && authority !== host)) return link;
  if (authority === undefined && !link.startsWith("/")) return link;
  return origin + (path === prefix || path.startsWith(`${prefix}/`) ? path : prefix + path);
}

/** Attributes that hold links, by element (HTML, attributes of type URL). */
const LINKS: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["src", "usemap", "formaction"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};

/** A tag longer than this is passed on as it is: what has not ended must be held. */
const MAX_TAG = 64 * 1024;
/** Name of an element, and the attributes behind it. A name is tried where it begins and nowhere else, so that time is linear. */
const ELEMENT = /^<([a-z][a-z0-9]*)(?=[\s/>])/i;
const ATTRIBUTE = /(?<![^\s"'<>/=])([^\s"'<>/=]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'<>=`]+))/g;

/** Rewrites the links of an HTML document that comes in pieces. */
export class HtmlLinks {
  readonly #base: LinkBase;
  #held = "";

  constructor(base: LinkBase) {
    this.#base = base;
  }

  /** What can go out after another piece. */
  push(piece: string): string {
    const text = this.#held + piece;
    let out = "";
    let from = 0;
    for (let start = text.indexOf("<"); start >= 0; start = text.indexOf("<", from)) {
      out += text.slice(from, start);
      const end = text.indexOf(">", start);
      if (end < 0 && text.length - start <= MAX_TAG) {
        this.#held = text.slice(start);
        return out;
      }
      if (end < 0 || end - start > MAX_TAG) {
        out += "<";
        from = start + 1;
      } else {
        out += this.#tag(text.slice(start, end + 1));
        from = end + 1;
      }
    }
    this.#held = "";
    return out + text.slice(from);
  }

  /** What is left when no more comes. */
  end(): string {
    return this.#held;
  }

  #tag(tag: string): string {
    const element = ELEMENT.exec(tag)?.[1]?.toLowerCase() ?? "";
    const attributes = Object.hasOwn(LINKS, element) ? LINKS[element] : undefined;
    if (attributes === undefined) return tag;
    return tag.replaceAll(ATTRIBUTE, (whole: string, name: string, equals: string, double?: string, single?: string, bare?: string) => {
      if (!attributes.includes(name.toLowerCase())) return whole;
      const quote = single === undefined ? '"' : "'";
      return `${name}${equals}${quote}${rewrittenLink(double ?? single ?? bare ?? "", this.#base)}${quote}`;
    });
  }
}
