import { CfnOutput, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { tableName, tables } from '../../lib/adapters/dynamo/tables.ts';
import { arnOf } from './statements.ts';

/** The port of an MCP server's runner. */
export const runnerPort = 8080;

export interface NetworkProps {
  readonly stack: Stack;
  readonly stage: string;
  readonly production: boolean;
  /** Where it is recorded who spoke to whom. */
  readonly trafficLogs: IBucket;
}

/**
 * Two zones with public subnets (tasks, NAT), private ones (functions that need a store with an address list, or tasks) and isolated ones (MySQL). One NAT instance while trying out, a NAT
 * gateway in each zone in production, under addresses that stay. A task takes connections from the functions that use containers, and from nothing else.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly functions: ec2.SecurityGroup;
  /** Functions that reach into tasks wear this one too. */
  readonly proxy: ec2.SecurityGroup;
  readonly tasks: ec2.SecurityGroup;
  readonly database: ec2.SecurityGroup;
  /** Ids of the NAT instances; none in production. */
  readonly natInstances: readonly string[];
  /** The addresses that functions inside the network call from. */
  readonly egressAddresses: readonly string[];

  constructor(scope: Construct, id: string, { stack, stage, production, trafficLogs }: NetworkProps) {
    super(scope, id);
    const addresses = Array.from(
      { length: production ? 2 : 1 },
      (_, index) => new ec2.CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' }),
    );
    this.egressAddresses = addresses.map(({ ref }) => ref);
    const natInstance = ec2.NatProvider.instanceV2({
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO),
      defaultAllowedTraffic: ec2.NatTrafficDirection.OUTBOUND_ONLY,
    });
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: addresses.length,
      natGatewayProvider: production
        ? ec2.NatProvider.gateway({ eipAllocationIds: addresses.map(({ attrAllocationId }) => attrAllocationId) })
        : natInstance,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 20 },
        { name: 'functions', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    this.natInstances = production ? [] : natInstance.configuredGateways.map(({ gatewayId }) => gatewayId);
    for (const [index, instanceId] of this.natInstances.entries()) {
      const allocationId = addresses[index]?.attrAllocationId;
      // The instance is another one after each new image of Amazon Linux; its address stays.
      if (allocationId !== undefined)
        new ec2.CfnEIPAssociation(this, `Association${index + 1}`, { allocationId, instanceId });
    }
    vpc
      .addGatewayEndpoint('dynamodb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB })
      .addToPolicy(ownTablesAlone(stack, stage));
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toS3(trafficLogs, 'traffic'),
      maxAggregationInterval: ec2.FlowLogMaxAggregationInterval.TEN_MINUTES,
    });
    // CDK's class says of one member more than its interface, which strict optional members do not allow.
    this.vpc = vpc as ec2.IVpc;
    const group = (name: string, description: string, allowAllOutbound = true): ec2.SecurityGroup =>
      new ec2.SecurityGroup(this, name, { vpc: this.vpc, description, allowAllOutbound });
    this.functions = group('Functions', 'Functions inside the network');
    this.proxy = group('Proxy', 'Functions that reach into tasks');
    this.tasks = group('Tasks', 'MCP servers: whatever they call, called by the proxy alone');
    this.database = group('Database', 'MySQL', false);
    this.tasks.addIngressRule(this.proxy, ec2.Port.tcp(runnerPort), 'The proxy');
    this.database.addIngressRule(this.functions, ec2.Port.tcp(3306), 'Functions');
    if (!production) {
      natInstance.securityGroup.addIngressRule(this.functions, ec2.Port.allTraffic(), 'Functions going out');
    }
    new CfnOutput(stack, 'EgressAddresses', {
      value: this.egressAddresses.join(','),
      description: 'Functions call MongoDB and everything else from these addresses',
    });
  }
}

/** Whatever runs inside the network, no table but ours is reached by this way. */
function ownTablesAlone(stack: Stack, stage: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.AnyPrincipal()],
    actions: ['dynamodb:*'],
    resources: tables.map((table) => arnOf(stack, 'dynamodb', 'table', tableName(stage, table))),
  });
}
