import { invalid, pointer } from '../kernel/errors/problem.ts';
import { checkConfig, type ConfigRules } from './check-config.ts';
import { assertConfigSize, type ToolConfig } from './config.ts';

export type { ConfigRules } from './check-config.ts';

/**
 * The configuration as it is kept: every way in (create, update, restore, import, sync) passes here.
 * @throws Problem `payload-too-large`; `validation-error` that names every bad place below `under` in the body.
 */
export function prepareConfig(
  rules: ConfigRules,
  config: ToolConfig,
  under: readonly string[] = ['config'],
): ToolConfig {
  assertConfigSize(config);
  const errors = checkConfig(config, rules);
  if (errors.length === 0) return config;
  throw invalid(
    errors.slice(0, 100).map(({ path, msg, type }) => {
      const at = [...under, ...path];
      return { loc: ['body', ...at], pointer: pointer(at), msg, type };
    }),
  );
}
