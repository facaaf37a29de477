import { Double, Int32, Long, ObjectId } from 'bson';
import { mongoError } from '../errors.ts';
import { type Doc, MAX_DOCUMENT_BYTES } from '../values.ts';
import { MAX_MESSAGE_BYTES } from '../wire.ts';
import type { Handler } from './context.ts';

const VERSION = '8.0.0';
const STARTED = Date.now();

/** A standalone, so drivers send no transaction numbers; no topologyVersion, so they poll rather than wait for changes. */
const hello: Handler = ({ command, connectionId, account }) => ({
  helloOk: true,
  ...('hello' in command ? { isWritablePrimary: true } : { ismaster: true }),
  maxBsonObjectSize: new Int32(MAX_DOCUMENT_BYTES),
  maxMessageSizeBytes: new Int32(MAX_MESSAGE_BYTES),
  maxWriteBatchSize: new Int32(100_000),
  localTime: new Date(),
  logicalSessionTimeoutMinutes: new Int32(30),
  connectionId: new Int32(connectionId),
  minWireVersion: new Int32(0),
  maxWireVersion: new Int32(25),
  readOnly: false,
  ...(account !== undefined && 'saslSupportedMechs' in command ? { saslSupportedMechs: ['SCRAM-SHA-256'] } : {}),
});

const nothing: Handler = () => ({});

const buildInfo: Handler = () => ({
  version: VERSION,
  gitVersion: 'embedded',
  versionArray: VERSION.split('.').map(Number).concat(0),
  modules: [],
  allocator: 'system',
  javascriptEngine: 'none',
  sysInfo: 'deprecated',
  bits: new Int32(64),
  debug: false,
  maxBsonObjectSize: new Int32(MAX_DOCUMENT_BYTES),
  storageEngines: ['sqlite'],
});

const serverStatus: Handler = () => ({
  host: 'localhost',
  version: VERSION,
  process: 'mongod',
  pid: Long.fromNumber(process.pid),
  uptime: new Double((Date.now() - STARTED) / 1000),
  localTime: new Date(),
  storageEngine: { name: 'sqlite', persistent: true },
});

const PARAMETERS: Doc = { featureCompatibilityVersion: { version: '8.0' } };

const getParameter: Handler = ({ command }) => {
  if (command['getParameter'] === '*') return PARAMETERS;
  const asked = Object.keys(command).filter((name) => Object.hasOwn(PARAMETERS, name));
  if (asked.length === 0) throw mongoError('InvalidOptions', 'no option found to get');
  return Object.fromEntries(asked.map((name) => [name, PARAMETERS[name]]));
};

export const handshakeCommands: Record<string, Handler> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping: nothing,
  endSessions: nothing,
  refreshSessions: nothing,
  startSession: () => ({ id: { id: new ObjectId() }, timeoutMinutes: new Int32(30) }),
  killSessions: nothing,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  getParameter,
  connectionStatus: () => ({
    authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] },
  }),
  getCmdLineOpts: () => ({ argv: ['mongod'], parsed: {} }),
  hostInfo: () => ({ system: { currentTime: new Date(), hostname: 'localhost' }, os: {}, extra: {} }),
  getFreeMonitoringStatus: () => ({ state: 'undecided' }),
  getLog: ({ command }) => ({
    totalLinesWritten: new Int32(0),
    log: [],
    ...(command['getLog'] === '*' ? { names: ['global'] } : {}),
  }),
  whatsmyuri: () => ({ you: '127.0.0.1' }),
};
