import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** The port of an MCP server's runner. */
export const runnerPort = 8080;

/**
 * Two zones with public subnets (tasks, NAT), private ones (functions that need MySQL or tasks) and isolated ones (MySQL). One NAT instance while trying out, a NAT gateway in each zone in
 * production. A task takes connections from the functions that use containers, and from nothing else.
 */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  readonly functions: ec2.SecurityGroup;
  /** Functions that reach into tasks wear this one too. */
  readonly proxy: ec2.SecurityGroup;
  readonly tasks: ec2.SecurityGroup;
  readonly database: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { production }: { readonly production: boolean }) {
    super(scope, id);
    const natInstance = ec2.NatProvider.instanceV2({
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.NANO),
      defaultAllowedTraffic: ec2.NatTrafficDirection.OUTBOUND_ONLY,
    });
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: production ? 2 : 1,
      ...(!production && { natGatewayProvider: natInstance }),
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 20 },
        { name: 'functions', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { dynamodb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB } },
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
  }
}
