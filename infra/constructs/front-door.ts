import { Duration, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Installation } from '../installation.ts';
import { edgeTokenHeader } from '../lambda/from-edge.ts';
import { restStage, socketStage } from './apis.ts';
import { nameViewerCode } from './edge-code.ts';

export interface FrontDoorProps {
  readonly installation: Installation;
  readonly restApiId: string;
  readonly socketApiId: string | undefined;
  readonly edgeToken: string;
  readonly firewallArn: string | undefined;
  readonly restoreHeader: IVersion;
}

/** Every status that CloudFront would cache by itself. */
const uncachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** CloudFront before both APIs: one base URL. It caches nothing. */
export class FrontDoor extends Construct {
  readonly baseUrl: string;
  readonly distributionId: string;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    const { service, domainName, certificateArn } = props.installation;
    const { region, urlSuffix } = Stack.of(this);
    const origin = (apiId: string, originPath?: string): cloudfront.IOrigin =>
      new origins.HttpOrigin(`${apiId}.execute-api.${region}.${urlSuffix}`, {
        ...(originPath !== undefined && { originPath }),
        protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        customHeaders: { [edgeTokenHeader]: props.edgeToken },
        // The longest silence before and within an answer that CloudFront allows without a raised quota.
        readTimeout: Duration.seconds(120),
        keepaliveTimeout: Duration.seconds(60),
      });
    const nameViewer = new cloudfront.Function(this, 'NameViewer', {
      code: cloudfront.FunctionCode.fromInline(nameViewerCode),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      comment: 'Tells the API who is asking',
    });
    const behaviour = {
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [{ function: nameViewer, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
    };
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `mcp-${service}`,
      defaultBehavior: {
        ...behaviour,
        origin: origin(props.restApiId, `/${restStage}`),
        edgeLambdas: [
          { functionVersion: props.restoreHeader, eventType: cloudfront.LambdaEdgeEventType.ORIGIN_RESPONSE },
        ],
      },
      ...(props.socketApiId !== undefined && {
        additionalBehaviors: { [`/${socketStage}`]: { ...behaviour, origin: origin(props.socketApiId) } },
      }),
      ...(props.firewallArn !== undefined && { webAclId: props.firewallArn }),
      ...(domainName !== undefined &&
        certificateArn !== undefined && {
          domainNames: [domainName],
          certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
          minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }),
      // CloudFront keeps most errors for 10 s for everybody, whatever their cache-control says (its developer guide, "How CloudFront caches errors").
      errorResponses: uncachedErrors.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    });
    this.distributionId = distribution.distributionId;
    this.baseUrl = `https://${domainName ?? distribution.distributionDomainName}`;
  }
}
