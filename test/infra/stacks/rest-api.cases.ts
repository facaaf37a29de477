import { beforeAll, expect, test } from 'vitest';
import { apiDescriptionOf } from '../../../infra/api-description.ts';
import { discover, type DiscoveredFunction, ofKind } from '../../../infra/discover.ts';
import { RouteTree } from '../../../infra/local/gateway/routes.ts';
import { flat, synthesize, synthesisMs, theOnly } from './synthesize.ts';

interface Integration {
  readonly uri: string;
  readonly type: string;
  readonly credentials: unknown;
  readonly timeoutInMillis: number;
  readonly responseTransferMode?: string;
}

interface GatewayResponse {
  readonly statusCode: number;
  readonly responseParameters: Record<string, string>;
  readonly responseTemplates: Record<string, string>;
}

interface Body {
  readonly paths: Record<string, Record<string, { readonly 'x-amazon-apigateway-integration': Integration }>>;
  readonly 'x-amazon-apigateway-gateway-responses': Record<string, GatewayResponse>;
}

const anyMethod = 'x-amazon-apigateway-any-method';
let functions: DiscoveredFunction[];
let body: Body;
beforeAll(async () => {
  functions = await discover();
  const { service } = await synthesize(functions);
  body = theOnly(service, 'AWS::ApiGateway::RestApi')[1]['Body'] as Body;
}, synthesisMs);

/** `GET /path` → the function that the template gives it to. */
function routesOf({ paths }: Body): Map<string, string> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([
          method,
          {
            'x-amazon-apigateway-integration': { uri },
          },
        ]) => [`${method.toUpperCase()} ${path}`, /:function:mcp-dev-([\w-]+)\//.exec(flat(uri))?.[1] ?? ''],
      ),
    ),
  );
}

/** The routes that functions answer by name: without HEAD, which GET brings along, and without the fallback's. */
function namedRoutesOf(body: Body): Map<string, string> {
  const named = [...routesOf(body)].filter(([route]) => !/^(HEAD|X-AMAZON-APIGATEWAY-ANY-METHOD) /.test(route));
  return new Map(named);
}

const declaredRoutes = (): Map<string, string> =>
  new Map(
    [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')]
      .filter(({ declaration }) => !declaration.route.startsWith('ANY '))
      .map(({ id, declaration }) => [declaration.route, id]),
  );

test('the template, OpenAPI and the local gateway have the routes that the function files declare, and no others', async () => {
  const declared = declaredRoutes();
  expect(namedRoutesOf(body)).toEqual(declared);

  const { paths } = (await apiDescriptionOf(functions, '1').openapi()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => [`${method.toUpperCase()} ${path}`, operationId] as const,
    ),
  );
  expect(new Map(described)).toEqual(declared);

  const local = new RouteTree<string>();
  for (const { id, declaration } of [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')])
    if (!declaration.route.startsWith('ANY ')) local.add(declaration.route, id);
  for (const [route, id] of namedRoutesOf(body)) {
    const [method = '', path = ''] = route.split(' ');
    expect([route, local.find(path.replaceAll(/[{}]/g, ''))?.resource.methods.get(method)]).toEqual([route, id]);
  }
});

test('a route that is missing, or too many, is caught', () => {
  const { '/health': health = {}, ...paths } = body.paths;
  expect(namedRoutesOf({ ...body, paths })).not.toEqual(declaredRoutes());
  expect(namedRoutesOf({ ...body, paths: { ...body.paths, '/planted': health } })).not.toEqual(declaredRoutes());
});

test('streams are streamed for 15 minutes, everything else answers within 29 s, all under one role', () => {
  const streams = ofKind(functions, 'stream').map(({ id }) => id);
  const integrations = Object.values(body.paths).flatMap((methods) =>
    Object.values(methods).map((method) => method['x-amazon-apigateway-integration']),
  );
  expect(new Set(integrations.map(({ credentials }) => flat(credentials))).size).toBe(1);
  for (const { uri, type, timeoutInMillis, responseTransferMode } of integrations) {
    const text = flat(uri);
    const streamed = streams.some((id) => text.includes(`function:mcp-dev-${id}/`));
    expect(type).toBe('aws_proxy');
    expect([text, timeoutInMillis, responseTransferMode]).toEqual([
      expect.stringMatching(
        streamed
          ? /2021-11-15\/functions\/.*\/response-streaming-invocations$/
          : /2015-03-31\/functions\/.*\/invocations$/,
      ),
      streamed ? 900_000 : 29_000,
      streamed ? 'STREAM' : undefined,
    ]);
  }
});

test('what no route takes goes to the fallback: any method on a known path, a path that only leads on, any other path', () => {
  const routes = routesOf(body);
  for (const path of ['/', '/api', '/api/v1', '/api/v1/mcps', '/health', '/{proxy+}'])
    expect([path, routes.get(`${anyMethod.toUpperCase()} ${path}`)]).toEqual([path, 'fallback']);
});

test("API Gateway's own answers are problems that nobody keeps, with nothing of the request in them", () => {
  const answers = Object.entries(body['x-amazon-apigateway-gateway-responses']);
  expect(answers.length).toBeGreaterThan(15);
  for (const [type, { statusCode, responseParameters, responseTemplates }] of answers) {
    expect([type, responseParameters['gatewayresponse.header.Content-Type']]).toEqual([
      type,
      "'application/problem+json'",
    ]);
    expect([type, responseParameters['gatewayresponse.header.Cache-Control']]).toEqual([type, "'no-store'"]);
    const problem = JSON.parse(responseTemplates['application/json'] ?? '') as Record<string, unknown>;
    expect(problem).toMatchObject({ status: statusCode, request_id: '$context.requestId' });
    expect(
      JSON.stringify(problem)
        .match(/\$\w+(\.\w+)*/g)
        ?.filter((name) => name !== '$context.requestId'),
    ).toEqual([]);
  }
});

test('a REST API takes 300 paths; there is room', () => {
  const prefixes = Object.keys(body.paths).flatMap((path) => {
    const segments = path.split('/');
    return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
  });
  expect(new Set(prefixes).size).toBeLessThan(270);
});
