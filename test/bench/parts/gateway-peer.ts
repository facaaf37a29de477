import { createServer } from 'node:http';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { createPool, type RowDataPacket } from 'mysql2/promise';

/* The peer of `npm run bench -- gateway`: a plain node:http server that checks the same token and makes the same indexed select, nothing else. */

const { MYSQL_URL = '', JWKS = '{"keys":[]}', ISSUER = '' } = process.env;
const keys = createLocalJWKSet(JSON.parse(JWKS) as JSONWebKeySet);
const pool = createPool({ uri: MYSQL_URL, connectionLimit: 10, timezone: 'Z' });

const server = createServer((request, response) => {
  void (async () => {
    try {
      const token = (request.headers.authorization ?? '').slice('Bearer '.length);
      await jwtVerify(token, keys, { issuer: ISSUER, audience: ISSUER, typ: 'at+jwt', algorithms: ['ES256'] });
      const [rows] = await pool.query<RowDataPacket[]>('SELECT * FROM mcp_tools WHERE id = ?', [
        (request.url ?? '').split('/').at(-1),
      ]);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...rows[0], config: JSON.parse(String(rows[0]?.['config'])) as unknown }));
    } catch {
      response.statusCode = 401;
      response.end();
    }
  })();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
