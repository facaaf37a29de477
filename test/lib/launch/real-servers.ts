import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/* Real servers, in the form that registries had in May 2025. The file is no part of the project; without it there is nothing to see. */

export const realServersFile = fileURLToPath(new URL('../../../../shared/data/mcp-servers.json', import.meta.url));
export const realServers = existsSync(realServersFile)
  ? (JSON.parse(readFileSync(realServersFile, 'utf8')) as Record<string, unknown>[])
  : [];
