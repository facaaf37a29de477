import { viewerAddressHeader } from '../lambda/from-edge.ts';

/*
 * The two programs that run at the edge, as CloudFront takes them: text, in a runtime of its own.
 */

/** A CloudFront function (viewer request): gives the API the address of the viewer, whatever the client said of itself. */
export const nameViewerCode = `
function handler(event) {
  var request = event.request;
  request.headers['${viewerAddressHeader}'] = { value: event.viewer.ip };
  return request;
}
`;

/**
 * A Lambda@Edge function (origin response). A CloudFront function would cost less, but CloudFront calls none after an answer of 400 or higher, and this one is for 401
 * ("Restrictions on all edge functions" in CloudFront's developer guide).
 */
export const restoreHeaderCode = `
const renamed = 'x-amzn-remapped-www-authenticate';
exports.handler = async ({ Records: [{ cf: { response } }] }) => {
  const found = response.headers[renamed];
  if (found) {
    delete response.headers[renamed];
    response.headers['www-authenticate'] = found.map(({ value }) => ({ key: 'WWW-Authenticate', value }));
  }
  return response;
};
`;
