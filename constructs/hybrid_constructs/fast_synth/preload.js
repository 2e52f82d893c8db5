'use strict';
/**
 * Preload (`node --require`) for the jsii runtime: one Node process instead of two, and only the
 * provider modules in use. docs/decisions/0001-fast-synth.md says why.
 *
 * Every other Node process, and every version it does not know, it leaves as it found them.
 */
const fs = require('fs');
const Module = require('module');
const path = require('path');
const { Writable } = require('stream');
const { format } = require('util');
const threads = require('worker_threads');

const PROVIDER = { name: '@cdktf/provider-aws', version: '20.1.0' };
// jsii 1.142 names the descriptor of its protocol in this one place.
const PROTOCOL = 'readFD:3,writeFD:3';

const STACK_TRACE = path.join('cdktf', 'lib', 'tokens', 'private', 'stack-trace.js');

const script = path.basename(process.argv[1] ?? '');
const isWrapper = script === 'jsii-runtime.js';
const isRuntime = isWrapper || script === 'program.js';
if (isRuntime && threads.isMainThread && process.env.HYBRID_STOCK_IMPORTS !== '1') {
  loadProviderLazily();
  captureNoStacks();
  if (isWrapper) replaceWrapper(path.resolve(process.argv[1], '../../lib/program.js'));
}

/** The package's own lazy index loads a module when a type of it is asked for; the other, all 2,139. */
function loadProviderLazily() {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (...args) {
    const file = resolve.apply(this, args);
    if (!file.endsWith(path.join('lib', 'index.js'))) return file;
    const lazy = path.join(path.dirname(file), 'lazy-index.js');
    return fs.existsSync(lazy) && isKnownProvider(path.resolve(file, '../../package.json')) ? lazy : file;
  };
}

/** cdktf keeps where each list of values was made: lines of jsii, and nothing of the program in Python. */
function captureNoStacks() {
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    const result = compile.call(this, content, filename, ...rest);
    if (filename.endsWith(STACK_TRACE)) this.exports.captureStackTrace = () => ['a line of the program in Python'];
    return result;
  };
}

function isKnownProvider(manifest) {
  const { name, version } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  return name === PROVIDER.name && version === PROVIDER.version;
}

/** Runs jsii's program here, instead of the wrapper that starts it and copies every message twice. */
function replaceWrapper(program) {
  const source = fs.existsSync(program) ? fs.readFileSync(program, 'utf8') : '';
  if (source.split(PROTOCOL).length !== 2) return;
  loadAsMain(program, source.replace(PROTOCOL, 'readFD:0,writeFD:1'));
  findPackagesWhereInstalled();
  reportOutputAsWrapper();
  finishIndexBeforeExit();
}

function loadAsMain(program, source) {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, isMain, options) {
    return isMain ? program : resolve.call(this, request, parent, isMain, options);
  };
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, ...rest) {
    return compile.call(this, filename === program ? source : content, filename, ...rest);
  };
}

/**
 * jsii links cached packages into an install directory if Node has this flag, and else copies them.
 * It is too late to give it to Node, so packages that import each other are looked up there first.
 */
function findPackagesWhereInstalled() {
  process.execArgv.push('--preserve-symlinks');
  let installed;
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, isMain, options) {
    installed ??= options?.paths?.[0];
    const here = installed && /^[@a-z]/.test(request) && fs.existsSync(`${installed}/node_modules/${request}`);
    return resolve.call(this, request, parent, isMain, here ? { paths: [installed] } : options);
  };
}

/** Standard output is the protocol now; what is printed goes the wrapper's way, as JSON on fd 2. */
function reportOutputAsWrapper() {
  for (const tag of ['stdout', 'stderr']) {
    const value = new Writable({
      write(chunk, _encoding, done) {
        fs.writeSync(2, `${JSON.stringify({ [tag]: chunk.toString('base64') })}\n`);
        done();
      },
    });
    Object.defineProperty(process, tag, { value, configurable: true });
  }
  // Node prints its own warnings through this, not through process.stderr.
  process._rawDebug = (...args) => process.stderr.write(`${format(...args)}\n`);
}

/**
 * A worker writes the index of a package new to the cache while the program runs. A fast program
 * would end first, each time, and every run would parse the provider's 120 MB assembly again.
 */
function finishIndexBeforeExit() {
  const running = new Set();
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      running.add(this);
      this.once('exit', () => running.delete(this));
    }
  };
  const exit = process.exit;
  process.exit = (code) => {
    if (running.size === 0) return exit.call(process, code);
    return [...running].forEach((worker) => worker.once('exit', () => running.size || exit.call(process, code)));
  };
}
