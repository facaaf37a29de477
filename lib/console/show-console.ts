/** The console's one page; everything else it draws itself. */
export const consolePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>MCP Platform</title>
<link rel="icon" href="/console/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/console.css">
<script type="module" src="/console/console.js"></script>
</head>
<body>
<noscript><main><h1>MCP Platform</h1><p>The console needs JavaScript. The API works without it: see <a href="/api/redoc">its reference</a>.</p></main></noscript>
<div id="console"></div>
</body>
</html>
`;

/** Stricter than for the documentation: no inline style, no HTML made from text, nothing from elsewhere. */
export const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
