// Starts other people's programs, each in a folder of its own on a port of the kernel's choice.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { root, until } from './harness.mjs';

const kProbeMs = 1_000; // A port that is not the one meant may never answer.
const kLogShown = 4_000;

/** A file of a package that tools/deps.sh unpacks. */
export const unpacked = (file) => path.join(root, 'build/tools', file);
/** Where the libraries of Debian lie below a folder, whatever the machine. */
export function libraries(below) {
  const lib = path.join(below, 'usr/lib');
  return path.join(lib, fs.readdirSync(lib).find((name) => name.endsWith('-linux-gnu')));
}

/** Debian's Python, which may not be the first of the PATH, and a module of its packages. */
export const kPython = '/usr/bin/python3';
export const pythonModule = (name) => path.join('/usr/lib/python3/dist-packages', name);

/** What `skip` of a test is that needs these files: where there are Debian's packages nothing is left out. */
export function absent(...files) {
  const missing = files.filter((file) => !fs.existsSync(file));
  if (missing.length === 0 || fs.existsSync('/etc/debian_version')) return false;
  return `no Debian packages here, and so no ${missing.map((file) => path.basename(file)).join(', ')}`;
}

/** Ports on which a process listens. Not all programs that were given port 0 say what they got. */
function listening(pid) {
  const sockets = new Set();
  try {
    for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) sockets.add(fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch { return []; } // It closed one meanwhile, or has ended.
  const [, ...lines] = fs.readFileSync(`/proc/${pid}/net/tcp`, 'utf8').trim().split('\n');
  const kListen = '0A';
  return lines.map((line) => line.trim().split(/\s+/))
    .filter((at) => at[3] === kListen && sockets.has(`socket:[${at[9]}]`))
    .map((at) => parseInt(at[1].split(':')[1], 16));
}

/** A port that is free now: for programs to which 0 means none, or which do not say what they got. */
export async function freePort(kind = 'tcp') {
  const socket = kind === 'udp' ? dgram.createSocket('udp4') : net.createServer();
  await new Promise((r) => (kind === 'udp' ? socket.bind(0, '127.0.0.1', r) : socket.listen(0, '127.0.0.1', r)));
  const { port } = socket.address();
  await new Promise((r) => socket.close(r));
  return port;
}

/** Whether an HTTP server answers there with success: what `ready` of most services asks. */
export const answers = (where) => async (port) =>
  (await fetch(`http://127.0.0.1:${port}${where}`, { signal: AbortSignal.timeout(kProbeMs) })).ok;

/**
 * Starts a program in `dir` and waits until `ready(port)` holds for a port on which it listens; without `ready` there
 * is none to wait for. It ends with the test `t`, or by stop(). Gives {pid, port, url, stop, log}.
 */
export async function launch(t, program, args, { dir, env = {}, ready }) {
  if (!fs.existsSync(program)) throw new Error(`${program} is missing: tools/deps.sh test fetches it`);
  const file = path.join(dir, `${path.basename(program)}.log`);
  const log = () => fs.readFileSync(file, 'utf8');
  const out = fs.openSync(file, 'a');
  const child = spawn(program, args, { cwd: dir, env: { ...process.env, ...env }, stdio: ['ignore', out, out] });
  fs.closeSync(out);
  let gone;
  const exited = new Promise((done) => child.on('exit', (code, signal) => { gone = { code, signal }; done(gone); }));
  const stop = (signal = 'SIGTERM') => { child.kill(signal); return exited; };
  t.after(() => gone ?? stop('SIGKILL'));
  const find = async () => {
    if (gone) throw new Error(`${program} ended (${JSON.stringify(gone)}):\n${log().slice(-kLogShown)}`);
    for (const port of listening(child.pid)) if (await ready(port).catch(() => false)) return port;
    return undefined;
  };
  const port = ready && await until(`${program} to answer`, find);
  return { pid: child.pid, port, url: `http://127.0.0.1:${port}`, stop, log };
}
