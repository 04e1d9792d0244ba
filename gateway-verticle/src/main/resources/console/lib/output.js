/** What an activation writes, as its stream tells it: its record, its log and the bytes of its result. */
import { decode } from './bytes.js';
import { LogText } from './log-text.js';

const RESULT_LIMIT = 16 * 1024 * 1024;

export class Output {
  log = new LogText();
  running = false;
  /** bytes of each stream that have come */
  received = { stdout: 0, stderr: 0 };
  decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  /** @type {Uint8Array[]} */
  result = [];

  /** Another attempt begins: what the one before wrote is no part of it. */
  reset() {
    Object.assign(this, new Output());
  }

  /** @param {any} record of a `state` event; a run that does not count has the number of the next one */
  state(record) {
    const running = record.status === 'running';
    if (running && !this.running) {
      this.reset();
    }
    this.running = running;
  }

  /** @param {{stream: 'stdout' | 'stderr', text?: string, base64?: string, at: string | null}} piece of an `output` or `log` event */
  piece({ stream, text, base64, at }) {
    const bytes = base64 === undefined ? new TextEncoder().encode(text ?? '') : decode(base64);
    this.bytes(bytes, stream, at);
  }

  /** @param {Uint8Array} bytes @param {'stdout' | 'stderr'} stream @param {string | null} at */
  bytes(bytes, stream, at) {
    this.received[stream] += bytes.length;
    this.log.append(this.decoders[stream].decode(bytes, { stream: true }), stream, at);
    if (stream === 'stdout' && this.received.stdout <= RESULT_LIMIT) {
      this.result.push(bytes);
    }
  }

  /** @returns {Uint8Array} */
  resultBytes() {
    const all = new Uint8Array(this.result.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.result) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}
