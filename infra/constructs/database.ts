import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Network } from './network.ts';

export interface DatabaseProps {
  readonly network: Network;
  readonly production: boolean;
  readonly stage: string;
}

const databaseName = 'mcp';
/** The schema's owner, who migrates. */
const owner = 'mcp';
/** Of the functions, who may change rows only (infra/migrations/application-user.ts). */
const application = 'mcp_application';

/** As many as a t4g.micro's memory bears; Aurora's are shared by RDS Proxy. */
const maxConnections = { instance: 120, aurora: 1000 };

/** What each connection is set to, said once for the server as well, so that RDS Proxy may share connections. */
const parameters = {
  innodb_lock_wait_timeout: '2',
  // The audit log is kept by triggers, which a user without SUPER may not make otherwise while there is a binary log.
  log_bin_trust_function_creators: '1',
  sql_mode:
    'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  // A frozen function keeps its connection, until the server closes it.
  wait_timeout: '300',
};

/** MySQL: one small instance while trying out; Aurora that never pauses, with a second instance and RDS Proxy, in production. */
export class Database extends Construct {
  /** RDS's own, of the schema's owner: username, password, host, port, dbname. */
  readonly secret: ISecret;
  /** The same for the user of the functions. */
  readonly applicationSecret: ISecret;
  /** Where functions connect, when that is not the secret's host. */
  readonly proxyHost: string | undefined;
  /** Of the instance, or of the cluster. */
  readonly identifier: string;
  /** By which CloudWatch keeps its metrics. */
  readonly dimensions: Record<string, string>;
  readonly maxConnections: number;
  readonly serverless: boolean;
  readonly resource: rds.DatabaseInstance | rds.DatabaseCluster;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const database = props.production ? this.#aurora(props) : this.#instance(props);
    if (!database.secret) throw new Error('The database has no secret');
    this.secret = database.secret;
    this.applicationSecret = new rds.DatabaseSecret(this, 'Application', {
      username: application,
      dbname: databaseName,
      masterSecret: this.secret,
    }).attach(database);
    this.resource = database;
    this.serverless = props.production;
    this.maxConnections = maxConnections[props.production ? 'aurora' : 'instance'];
    const isCluster = database instanceof rds.DatabaseCluster;
    this.identifier = isCluster ? database.clusterIdentifier : database.instanceIdentifier;
    this.dimensions = { [isCluster ? 'DBClusterIdentifier' : 'DBInstanceIdentifier']: this.identifier };
    if (isCluster) {
      const proxy = database.addProxy('Proxy', {
        dbProxyName: `mcp-${props.stage}`,
        vpc: props.network.vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        securityGroups: [props.network.database],
        secrets: [this.applicationSecret],
        requireTLS: true,
        sessionPinningFilters: [rds.SessionPinningFilter.EXCLUDE_VARIABLE_SETS],
        borrowTimeout: Duration.seconds(2),
        maxConnectionsPercent: 95,
      });
      props.network.database.addIngressRule(props.network.database, ec2.Port.tcp(3306), 'RDS Proxy');
      props.network.database.addEgressRule(props.network.database, ec2.Port.tcp(3306), 'RDS Proxy');
      this.proxyHost = proxy.endpoint;
    }
  }

  #instance({ network }: DatabaseProps): rds.DatabaseInstance {
    const engine = rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.VER_8_4_9 });
    return new rds.DatabaseInstance(this, 'Instance', {
      engine,
      ...this.#common(network),
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MICRO),
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        // Booleans of an instance's group are 0 and 1; those of a cluster's are ON and OFF.
        parameters: { ...parameters, require_secure_transport: '1', max_connections: String(maxConnections.instance) },
      }),
      databaseName,
      allocatedStorage: 20,
      storageType: rds.StorageType.GP3,
      // The version is named here, and RDS refuses to go back to it from a newer one.
      autoMinorVersionUpgrade: false,
      backupRetention: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #aurora({ network }: DatabaseProps): rds.DatabaseCluster {
    const engine = rds.DatabaseClusterEngine.auroraMysql({ version: rds.AuroraMysqlEngineVersion.VER_3_10_4 });
    return new rds.DatabaseCluster(this, 'Cluster', {
      engine,
      ...this.#common(network),
      writer: rds.ClusterInstance.serverlessV2('One', { autoMinorVersionUpgrade: false }),
      readers: [rds.ClusterInstance.serverlessV2('Two', { scaleWithWriter: true, autoMinorVersionUpgrade: false })],
      // Above zero it never pauses: a webhook wants its answer in 10 s.
      serverlessV2MinCapacity: 0.5,
      serverlessV2MaxCapacity: 8,
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        parameters: {
          ...parameters,
          require_secure_transport: 'ON',
          max_connections: String(maxConnections.aurora),
        },
      }),
      defaultDatabaseName: databaseName,
      backup: { retention: Duration.days(14) },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
  }

  #common(network: Network) {
    return {
      vpc: network.vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [network.database],
      credentials: rds.Credentials.fromGeneratedSecret(owner),
      storageEncrypted: true,
    };
  }
}
