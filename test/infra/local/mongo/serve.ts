import { startMongo } from '../../../../infra/local/mongo/server.ts';

// A server in a process of its own, which a test may kill.
const [file = ''] = process.argv.slice(2);
const { url } = await startMongo({ file });
process.stdout.write(`${url}\n`);
