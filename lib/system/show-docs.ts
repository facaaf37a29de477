import type { ApiDescription } from '../kernel/http/api-description.ts';

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
${head}</head>
<body>
${body}</body>
</html>
`;
}

/* The pages' files come from this server, not from a third party. */

/** The page that shows the API and can call it. */
export const docsPage = page(
  'MCP Platform API',
  '<link rel="stylesheet" href="/api/docs/swagger-ui.css">\n<link rel="stylesheet" href="/api/docs/contrast.css">\n',
  '<main id="swagger-ui"></main>\n<script src="/api/docs/swagger-ui-bundle.js"></script>\n<script src="/api/docs/start.js"></script>\n',
);

/** The page to read the API by. */
export const redocPage = page(
  'MCP Platform API reference',
  '',
  '<main id="redoc"></main>\n<script src="/api/docs/redoc.standalone.js"></script>\n<script src="/api/docs/start-redoc.js"></script>\n',
);

const startScript = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: true,
  // A token stays in this page's memory, not in the browser's storage.
  persistAuthorization: false,
  tryItOutEnabled: true,
});
// Swagger UI leaves its choices without a name for screen readers.
new MutationObserver(() => {
  for (const field of document.querySelectorAll('select:not([aria-label]), .swagger-ui input:not([aria-label]), .swagger-ui textarea:not([aria-label])'))
    field.setAttribute('aria-label', field.closest('.servers') ? 'Server' : field.placeholder || field.closest('[data-param-name]')?.dataset.paramName || 'Choice');
}).observe(document.querySelector('#swagger-ui'), { childList: true, subtree: true });
`;

const startRedoc = `Redoc.init('/api/openapi.json', { disableSearch: false, hideDownloadButton: false }, document.querySelector('#redoc'));
`;

/** Colours of Swagger UI that are too faint to read (WCAG 2.2, 1.4.3). */
const contrastStyles = `.swagger-ui .opblock .opblock-summary-operation-id, .swagger-ui .parameter__in, .swagger-ui .prop-format, .swagger-ui .opblock-tag small { color: #3b4151; opacity: 1; }
`;

const ownFiles: Readonly<Record<string, string>> = {
  'start.js': startScript,
  'start-redoc.js': startRedoc,
  'contrast.css': contrastStyles,
};

/** A file of the documentation pages; undefined when there is none of that name. */
export async function readDocsAsset(from: ApiDescription, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const own = Object.hasOwn(ownFiles, name) ? ownFiles[name] : undefined;
  return own === undefined ? from.docsAsset(name) : new TextEncoder().encode(own);
}
