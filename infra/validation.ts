import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationValidatePlugin, type IPolicyValidationPlugin } from 'aws-cdk-lib';

const name = 'deployable.guard';
let rules: IPolicyValidationPlugin | undefined;

/** CDK's own rules for templates, and ours: where one is broken there is nothing to deploy. One engine for the process, because loading it takes a second. */
export function deployableRules(): IPolicyValidationPlugin {
  // CDK's class says of one member more than its interface, which strict optional members do not allow.
  rules ??= new CloudFormationValidatePlugin({
    guardRules: [{ name, content: readFileSync(join(import.meta.dirname, 'rules', name), 'utf8') }],
  }) as IPolicyValidationPlugin;
  return rules;
}
