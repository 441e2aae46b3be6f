import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Peer } from "../request/exchange.ts";

/** The other end of one connection. The certificate is parsed when somebody asks, once. */
export class SocketPeer implements Peer {
  readonly address: string;
  readonly #socket: TLSSocket;
  #asked = false;
  #certificate: X509Certificate | undefined;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.address = socket.remoteAddress ?? "";
  }

  get certificate(): X509Certificate | undefined {
    if (!this.#asked) {
      this.#asked = true;
      this.#certificate = this.#socket.getPeerX509Certificate();
    }
    return this.#certificate;
  }
}
