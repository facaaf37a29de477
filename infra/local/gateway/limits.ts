/** Lambda's limit on a synchronous event and on its answer, serialised: 6 MB as AWS counts it. */
const maxInvocationBytes = 6_291_556;
/** API Gateway's limit on a request's body. */
export const maxPayloadBytes = 10 * 1024 * 1024;
/** API Gateway's limit on the request line and all header values together. */
export const maxHeadBytes = 10_240;
/** One WebSocket frame, and one message of several frames or one post to a connection. */
export const maxFrameBytes = 32 * 1024;
export const maxMessageBytes = 128 * 1024;

/** How long a client may take to send its headers, and its whole request. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;
/** CloudFront ends an answer that sent nothing for so long, at its beginning or later. */
export const streamIdleMs = 120_000;
/** API Gateway closes a WebSocket on which no message went either way for 10 minutes, and any after 2 hours. */
export const socketIdleMs = 600_000;
export const socketLifeMs = 7_200_000;

// JSON escapes one byte to six at most, and everything besides the body comes out of a head of limited size.
const surelyFits = (maxInvocationBytes - 20 * maxHeadBytes) / 6;

/** Whether Lambda would refuse this event or answer. Serialises it only when its body leaves a doubt. */
export function exceedsLambda(payload: object, body: string | null | undefined): boolean {
  if ((body ?? '').length < surelyFits) return false;
  return Buffer.byteLength(JSON.stringify(payload)) > maxInvocationBytes;
}

/** Bytes of the request line and the header values. `raw` alternates names and values, as node:http gives them. */
export function headBytes(method: string, url: string, raw: readonly string[]): number {
  let bytes = method.length + url.length + ' HTTP/1.1'.length + 1;
  for (let index = 1; index < raw.length; index += 2) bytes += raw[index]?.length ?? 0;
  return bytes;
}
