// File systems in image files, mounted where only this process and its children see them.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { folder } from '../e2e/harness.mjs';
import { compile } from './lab.mjs';

const kMake = {
  ext4: ['mkfs.ext4', '-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1'],
  xfs: ['mkfs.xfs', '-q', '-f'],
};
const kOptions = { ext4: 'loop,data=ordered', xfs: 'loop' };

function call(program, ...args) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  return execFileSync(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

/** Why nothing can be mounted here, for the word that a skipped test says; else false. */
export function cannotMount(type) {
  if (process.getuid() !== 0) return 'needs root, to mount file systems';
  if (process.env.TT_PRIVATE_MOUNTS !== '1') return 'needs mounts of its own; tests/e2e/run gives them';
  if (!/\b(?:ext4|xfs)\b/.test(type)) return `no file system ${type}`;
  if (!fs.readFileSync('/proc/filesystems', 'utf8').includes(`\t${type}\n`)) return `this kernel has no ${type}`;
  try {
    const image = new Image(type, 512 << 20);
    image.unmount();
    image.remove();
    return false;
  } catch (error) {
    return `${type} cannot be mounted here: ${error.message.split('\n').slice(0, 2).join(' ')}`;
  }
}

/** A mounted file system of its own. Its image and its folder go with the machine's temporary files. */
export class Image {
  constructor(type, bytes) {
    const home = folder(type);
    this.type = type;
    this.file = path.join(home, 'image');
    this.dir = path.join(home, 'mounted');
    fs.mkdirSync(this.dir);
    fs.writeFileSync(this.file, '');
    fs.truncateSync(this.file, bytes);
    const [program, ...options] = kMake[type];
    call(program, ...options, this.file);
    this.mount();
  }
  mount() { call('mount', '-t', this.type, '-o', kOptions[this.type], this.file, this.dir); }
  unmount() { call('umount', this.dir); }
  /** From here on every write and sync fails; what was not synced before is not there after mount(). */
  cutPower() { call((Image.cutter ??= compile('cut_power')), this.dir); }
  remove() { fs.rmSync(path.dirname(this.file), { recursive: true, force: true }); }
}
