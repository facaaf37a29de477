import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { bundleFunctions } from './bundle.ts';
import { bundleMigrations } from './bundle-migrations.ts';
import { apiDescriptionOf } from './api-description.ts';
import { discover } from './discover.ts';
import { readInstallation } from './installation.ts';
import { bundleRunner } from './runner/bundle.ts';
import { definePlatform } from './stacks/platform.ts';

/* `npx cdk synth|deploy -c stage=…`: finds the function files, bundles them, and describes what runs them. */

const project = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
const app = new App();
const installation = readInstallation((name) => app.node.tryGetContext(name) as unknown, process.env);
const functions = await discover();
const bundles = join(project, 'cdk.out', 'bundles');
const migrationBundle = join(bundles, 'migrate');
await Promise.all([
  bundleFunctions(functions, bundles, version, installation.region),
  bundleMigrations(migrationBundle, installation.region),
  // The build context of the runner's image, for whoever has Docker.
  bundleRunner(join(project, 'cdk.out', 'runner')),
]);
const openapi = await apiDescriptionOf(functions, version).openapi();
definePlatform(app, installation, {
  functions,
  openapi,
  version,
  migrationBundle,
  bundleOf: (id) => join(bundles, id),
});
app.synth();
