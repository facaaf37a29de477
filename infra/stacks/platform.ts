import { type App, Tags, Validations } from 'aws-cdk-lib';
import type { Installation } from '../installation.ts';
import { deployableRules } from '../validation.ts';
import { EdgeLogsStack } from './edge-logs-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { type DeclaredFunctions, ServiceStack } from './service-stack.ts';
import { StateStack } from './state-stack.ts';

/** The stacks of one installation. */
export function definePlatform(app: App, installation: Installation, declared: DeclaredFunctions) {
  const { stage, service: name, region, account, protect } = installation;
  const env = { region, ...(account !== undefined && { account }) };
  const common = { terminationProtection: protect, crossRegionReferences: region !== 'us-east-1' };
  const edge = new EdgeStack(app, `mcp-${stage}-edge-${region}`, installation, {
    ...common,
    env: { ...env, region: 'us-east-1' },
    description: 'MCP Platform: firewall and edge function',
  });
  const state = new StateStack(app, `mcp-${stage}-state`, installation, {
    ...common,
    env,
    description: 'MCP Platform: network, stores, cluster',
  });
  const service = new ServiceStack(app, `mcp-${name}-service`, {
    ...common,
    env,
    description: 'MCP Platform: functions, queues, APIs',
    installation,
    declared,
    state,
    edge,
  });
  const edgeLogs = new EdgeLogsStack(app, `mcp-${name}-edge-logs-${region}`, {
    ...common,
    env: { ...env, region: 'us-east-1' },
    description: "MCP Platform: CloudFront's access log",
    service: name,
    region,
    distributionId: service.distributionId,
  });
  Tags.of(app).add('platform', `mcp-${stage}`);
  Validations.of(app).addPlugins(deployableRules());
  return { edge, state, service, edgeLogs };
}
