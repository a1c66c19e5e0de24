// Certificates made by openssl(1) while a test runs.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority of its own in `dir`; `file` is its certificate. */
export class Authority {
  constructor(dir, name) {
    this.dir = dir;
    this.file = path.join(dir, `${name}.pem`);
    this.key = path.join(dir, `${name}.key`);
    openssl('req', '-x509', ...newKey, '-keyout', this.key, '-out', this.file, '-days', '1', '-subj', `/CN=${name}`);
  }
  /** {cert, key} as paths. `extensions` as openssl.cnf writes them; `days` may lie in the past. */
  sign(name, extensions = [], days = 1) {
    const at = (suffix) => path.join(this.dir, `${name}.${suffix}`);
    openssl('req', ...newKey, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${name}`,
      ...extensions.flatMap((one) => ['-addext', one]));
    openssl('x509', '-req', '-in', at('csr'), '-CA', this.file, '-CAkey', this.key, '-copy_extensions', 'copy',
      '-days', String(days), '-out', at('crt'));
    return { cert: at('crt'), key: at('key') };
  }
}

/** A certificate of this machine, and the authority to trust: {ca, cert, key}. */
export function certificate(dir) {
  const authority = new Authority(dir, 'ca');
  return { ca: authority.file, ...authority.sign('localhost', ['subjectAltName=DNS:localhost,IP:127.0.0.1']) };
}
