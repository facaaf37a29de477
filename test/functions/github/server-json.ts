/** A `server.json` of one npm package. */
export function serverJson(version = '1.0.0', identifier = '@acme/weather-mcp'): string {
  return JSON.stringify({
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.github.acme/weather',
    description: 'Forecasts.',
    version,
    packages: [{ registryType: 'npm', identifier, version, transport: { type: 'stdio' } }],
  });
}
