import type { ApiDescription } from '../kernel/http/api-description.ts';
import { notFound } from '../kernel/errors/problem.ts';

const contentTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
};

/** The page that shows the API and can call it; its files come from this server, not from a third party. */
export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MCP Platform API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const startScript = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
});
`;

/** @throws Problem `not-found` for a name that is no file of the page. */
export async function readDocsAsset(
  { apiDescription }: { apiDescription: ApiDescription },
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = name === 'start.js' ? new TextEncoder().encode(startScript) : await apiDescription.docsAsset(name);
  if (!content) throw notFound('file', name);
  return content;
}

/** By the file's ending. */
export function contentTypeOf(name: string): string {
  return contentTypes[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
