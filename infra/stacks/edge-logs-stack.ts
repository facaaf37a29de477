import { Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { logBucket } from '../constructs/log-bucket.ts';

export interface EdgeLogsProps extends StackProps {
  readonly service: string;
  /** Where the platform is. */
  readonly region: string;
  readonly distributionId: string;
}

/** Neither the query, in which tickets and tokens stand, nor cookies and the referring page. */
const recordFields =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) x-edge-result-type x-edge-request-id time-taken ssl-protocol ssl-cipher time-to-first-byte x-edge-detailed-result-type cs-protocol-version'.split(
    ' ',
  );

/** CloudFront's access log. It is delivered from us-east-1, wherever the platform is, and so has a stack of its own after the distribution's. */
export class EdgeLogsStack extends Stack {
  constructor(scope: Construct, id: string, { service, region, distributionId, ...props }: EdgeLogsProps) {
    super(scope, id, props);
    const bucket = logBucket(this, 'Bucket');
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account, 's3:x-amz-acl': 'bucket-owner-full-control' },
        },
      }),
    );
    const name = `mcp-${service}-${region}-cloudfront`;
    const source = new logs.CfnDeliverySource(this, 'Source', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: `arn:${this.partition}:cloudfront::${this.account}:distribution/${distributionId}`,
    });
    const destination = new logs.CfnDeliveryDestination(this, 'Destination', {
      name,
      destinationResourceArn: bucket.bucketArn,
      outputFormat: 'json',
    });
    const delivery = new logs.CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields,
      s3SuffixPath: '/{yyyy}/{MM}/{dd}',
    });
    delivery.addResourceDependency(source);
  }
}
