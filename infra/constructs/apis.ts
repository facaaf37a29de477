import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type DiscoveredFunction, ofKind } from '../discover.ts';
import { restDocument } from '../rest-document.ts';
import { AccessLogs } from './access-logs.ts';
import { functionArn } from './functions.ts';
import { isReleasedGradually, liveAlias } from './gradual-release.ts';
import { OriginFirewall } from './origin-firewall.ts';
import { allow } from './statements.ts';

export interface ApisProps {
  readonly service: string;
  /** Whether API Gateway calls what is released gradually by its alias. */
  readonly canary: boolean;
  /** Tokens of CloudFront that the firewall before the API's own address lets in; undefined without that firewall. */
  readonly acceptedTokens: readonly string[] | undefined;
  readonly production: boolean;
  readonly functions: readonly DiscoveredFunction[];
  /** Our own OpenAPI document. */
  readonly openapi: Readonly<Record<string, unknown>>;
}

/** The stage of the REST API, which CloudFront puts before each path. */
export const restStage = 'live';
/** The stage of the WebSocket API: the one path of it. */
export const socketStage = 'ws';

/**
 * The REST API, imported from our own document, and the WebSocket API; both invoke functions by name, with one role. So they need no function to be there, and a function can know its address.
 */
export class Apis extends Construct {
  readonly rest: apigateway.SpecRestApi;
  readonly socketApiId: string | undefined;

  constructor(scope: Construct, id: string, props: ApisProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { service, canary, functions, acceptedTokens } = props;
    const gradual = new Set(
      functions.filter(({ declaration }) => canary && isReleasedGradually(declaration)).map((each) => each.id),
    );
    const arnOf = (functionId: string): string =>
      `${functionArn(stack, service, functionId)}${gradual.has(functionId) ? `:${liveAlias}` : ''}`;
    const log = new AccessLogs(this, 'AccessLogs', service);
    const called = functions.filter(({ declaration }) => ['endpoint', 'stream', 'socket'].includes(declaration.kind));
    const invokeRole = new iam.Role(this, 'InvokeRole', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        invoke: new iam.PolicyDocument({
          statements: [
            allow(
              ['lambda:InvokeFunction'],
              called.map((each) => arnOf(each.id)),
            ),
          ],
        }),
      },
    });
    this.rest = this.#restApi(props, arnOf, invokeRole, log);
    if (acceptedTokens)
      new OriginFirewall(this, 'OriginFirewall', {
        name: `mcp-${service}-origin`,
        stageArn: this.rest.deploymentStage.stageArn,
        acceptedTokens,
      });
    const sockets = ofKind(functions, 'socket');
    if (sockets.length > 0) this.socketApiId = this.#socketApi(props, sockets, arnOf, invokeRole, log);
  }

  #restApi(
    { service, production, functions, openapi }: ApisProps,
    arnOf: (id: string) => string,
    role: iam.Role,
    log: AccessLogs,
  ) {
    const { region, partition } = Stack.of(this);
    const fallback = ofKind(functions, 'endpoint').find(({ declaration }) => declaration.route.startsWith('ANY '));
    if (!fallback) throw new Error('No function declares ANY /{proxy+}');
    const api = new apigateway.SpecRestApi(this, 'Rest', {
      restApiName: `mcp-${service}`,
      apiDefinition: apigateway.ApiDefinition.fromInline(
        restDocument({
          openapi,
          streams: new Set(ofKind(functions, 'stream').map(({ id }) => id)),
          fallback: fallback.id,
          functionArn: arnOf,
          region,
          partition,
          invokeRoleArn: role.roleArn,
          name: `mcp-${service}`,
        }),
      ),
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: {
        stageName: restStage,
        throttlingRateLimit: production ? 500 : 50,
        throttlingBurstLimit: production ? 1000 : 100,
        tracingEnabled: true,
        accessLogDestination: new apigateway.LogGroupLogDestination(log.group),
        accessLogFormat: apigateway.AccessLogFormat.custom(log.format),
      },
    });
    api.deploymentStage.node.addDependency(log.account);
    // An address that refuses whoever comes past CloudFront is nothing to print.
    api.node.tryRemoveChild('Endpoint');
    return api;
  }

  #socketApi(
    { service, production }: ApisProps,
    sockets: ReturnType<typeof ofKind<'socket'>>,
    arnOf: (id: string) => string,
    role: iam.Role,
    log: AccessLogs,
  ): string {
    const { region, partition } = Stack.of(this);
    const api = new apigatewayv2.CfnApi(this, 'Sockets', {
      name: `mcp-${service}-sockets`,
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: '$request.body.type',
    });
    const routes = sockets.map(({ id, declaration }) => {
      const integration = new apigatewayv2.CfnIntegration(this, `Integration ${id}`, {
        apiId: api.ref,
        integrationType: 'AWS_PROXY',
        integrationUri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arnOf(id)}/invocations`,
        credentialsArn: role.roleArn,
      });
      return new apigatewayv2.CfnRoute(this, `Route ${id}`, {
        apiId: api.ref,
        routeKey: declaration.socketRoute,
        authorizationType: 'NONE',
        target: `integrations/${integration.ref}`,
      });
    });
    const shape = createHash('sha256').update(JSON.stringify(sockets.map(({ id }) => id)));
    const deployment = new apigatewayv2.CfnDeployment(this, `Deployment ${shape.digest('hex').slice(0, 8)}`, {
      apiId: api.ref,
    });
    for (const route of routes) deployment.addResourceDependency(route);
    const stage = new apigatewayv2.CfnStage(this, 'SocketStage', {
      apiId: api.ref,
      stageName: socketStage,
      deploymentId: deployment.ref,
      defaultRouteSettings: {
        throttlingRateLimit: production ? 500 : 50,
        throttlingBurstLimit: production ? 1000 : 100,
      },
      accessLogSettings: { destinationArn: log.group.logGroupArn, format: log.format },
    });
    stage.addResourceDependency(log.account);
    return api.ref;
  }
}
