import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseForeignHost, type Refusal } from './known-host.ts';
import { type Credentials, isSigned } from './verify-signature.ts';

/** What every local stand-in for an AWS service asks first: a Host of this machine, and a signature with the credentials of this start. */
export function refuseStranger(request: IncomingMessage, credentials: Credentials): Refusal | undefined {
  const foreign = refuseForeignHost(request);
  if (foreign !== undefined || isSigned(request, credentials)) return foreign;
  return {
    status: 403,
    detail: 'The request is not signed with the credentials of this platform; see platform.json in its state folder.',
  };
}

/** Answers in the form of AWS's JSON protocols, and closes the connection, since the body is not read. */
export function sendRefusal(response: ServerResponse, { status, detail }: Refusal): void {
  response.writeHead(status, { ...refusalHeaders, connection: 'close' }).end(refusalBody(detail));
}

export const refusalHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amzn-errortype': 'UnrecognizedClientException',
};

export function refusalBody(detail: string): string {
  return JSON.stringify({ __type: 'UnrecognizedClientException', message: detail });
}
