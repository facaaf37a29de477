#!/usr/bin/env node
// The command `mcpp`: its program is TypeScript, which needs the Node that the project brings along.
import { fileURLToPath } from 'node:url';
process.argv.splice(2, 0, fileURLToPath(new URL('main.ts', import.meta.url)));
await import('../local/node-24.mjs');
