const names = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a header (in lower case) belongs to one connection only (RFC 9110, 7.6.1) and is never passed on. */
export function isHopByHop(name: string): boolean {
  return names.has(name);
}
