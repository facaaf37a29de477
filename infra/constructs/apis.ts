import { createHash } from 'node:crypto';
import { Duration, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as apigatewayv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type DiscoveredFunction, ofKind } from '../discover.ts';
import { restDocument } from '../rest-document.ts';
import { functionArn } from './functions.ts';
import { allow } from './statements.ts';

export interface ApisProps {
  readonly stage: string;
  readonly production: boolean;
  readonly functions: readonly DiscoveredFunction[];
  /** Our own OpenAPI document. */
  readonly openapi: Readonly<Record<string, unknown>>;
  readonly alarms: ITopic;
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
    const { stage, functions } = props;
    const arnOf = (functionId: string): string => functionArn(stack, stage, functionId);
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
    this.rest = this.#restApi(props, arnOf, invokeRole);
    const sockets = ofKind(functions, 'socket');
    if (sockets.length > 0) this.socketApiId = this.#socketApi(props, sockets, arnOf, invokeRole);
  }

  #restApi(
    { stage, production, functions, openapi, alarms }: ApisProps,
    arnOf: (id: string) => string,
    role: iam.Role,
  ) {
    const { region, partition } = Stack.of(this);
    const fallback = ofKind(functions, 'endpoint').find(({ declaration }) => declaration.route.startsWith('ANY '));
    if (!fallback) throw new Error('No function declares ANY /{proxy+}');
    const api = new apigateway.SpecRestApi(this, 'Rest', {
      restApiName: `mcp-${stage}`,
      apiDefinition: apigateway.ApiDefinition.fromInline(
        restDocument({
          openapi,
          streams: new Set(ofKind(functions, 'stream').map(({ id }) => id)),
          fallback: fallback.id,
          functionArn: arnOf,
          region,
          partition,
          invokeRoleArn: role.roleArn,
          name: `mcp-${stage}`,
        }),
      ),
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: {
        stageName: restStage,
        throttlingRateLimit: production ? 500 : 50,
        throttlingBurstLimit: production ? 1000 : 100,
      },
    });
    // An address that refuses whoever comes past CloudFront is nothing to print.
    api.node.tryRemoveChild('Endpoint');
    const failures = new cloudwatch.Alarm(this, 'RestFailures', {
      alarmName: `mcp-${stage}-api-5xx`,
      alarmDescription: 'The API answered 5xx more than five times within five minutes.',
      metric: api.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 5,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    failures.addAlarmAction(new actions.SnsAction(alarms));
    return api;
  }

  #socketApi(
    { stage, production }: ApisProps,
    sockets: ReturnType<typeof ofKind<'socket'>>,
    arnOf: (id: string) => string,
    role: iam.Role,
  ): string {
    const { region, partition } = Stack.of(this);
    const api = new apigatewayv2.CfnApi(this, 'Sockets', {
      name: `mcp-${stage}-sockets`,
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
    new apigatewayv2.CfnStage(this, 'SocketStage', {
      apiId: api.ref,
      stageName: socketStage,
      deploymentId: deployment.ref,
      defaultRouteSettings: {
        throttlingRateLimit: production ? 500 : 50,
        throttlingBurstLimit: production ? 1000 : 100,
      },
    });
    return api.ref;
  }
}
