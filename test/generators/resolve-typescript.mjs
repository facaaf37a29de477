import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

// npm lays a generator beside the project's own TypeScript, which has no API for it.
const typescript = pathToFileURL(createRequire(import.meta.url).resolve('typescript')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'typescript' ? { url: typescript, shortCircuit: true } : next(specifier, context),
});
