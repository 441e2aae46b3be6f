import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";

/**
 * Sends a request, with a body where there is one, and waits for the head of its answer. Errors: what breaks the connection
 * before that; what breaks it later is told by reading the answer.
 */
export async function responseTo(request: ClientRequest, body?: Buffer): Promise<IncomingMessage> {
  // Without a listener, an error after the head would end the process.
  request.on("error", () => {});
  try {
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  } catch (error) {
    request.destroy();
    throw error;
  }
}
