/** The lines of a log, in blocks, so that a line is found at once and an old block can be dropped. */

const BLOCK_LINES = 1024;
const LIMIT = 32 * 1024 * 1024;

/** @typedef {{text: string, stream: 'stdout' | 'stderr', at: string | null, number: number}} Line number: from 0, with those that were dropped */

export class LogText {
  constructor(limit = LIMIT) {
    this.limit = limit;
    /** @type {{lines: Line[], size: number}[]} */
    this.blocks = [];
    /** @type {Map<string, Line>} the line that each stream has not ended yet */
    this.open = new Map();
    this.size = 0;
    this.dropped = 0;
    this.lines = { stdout: 0, stderr: 0 };
  }

  /** @param {string} text @param {'stdout' | 'stderr'} stream @param {string | null} at */
  append(text, stream, at) {
    let from = 0;
    while (from < text.length) {
      const end = text.indexOf('\n', from);
      const piece = text.slice(from, end < 0 ? text.length : end);
      const open = this.open.get(stream);
      if (open) {
        open.text += piece;
        this.grow(piece.length);
      } else {
        const line = { text: piece, stream, at, number: this.dropped + this.count };
        this.push(line);
        this.open.set(stream, line);
      }
      if (end < 0) {
        break;
      }
      this.open.delete(stream);
      from = end + 1;
    }
  }

  /** @param {Line} line */
  push(line) {
    let block = this.blocks[this.blocks.length - 1];
    if (!block || block.lines.length === BLOCK_LINES) {
      block = { lines: [], size: 0 };
      this.blocks.push(block);
    }
    block.lines.push(line);
    this.lines[line.stream]++;
    this.grow(line.text.length + 1);
  }

  /** @param {number} characters */
  grow(characters) {
    this.blocks[this.blocks.length - 1].size += characters;
    this.size += characters;
    while (this.size > this.limit && this.blocks.length > 1) {
      const gone = /** @type {{lines: Line[], size: number}} */ (this.blocks.shift());
      this.size -= gone.size;
      this.dropped += gone.lines.length;
    }
  }

  get count() {
    const blocks = this.blocks.length;
    return blocks === 0 ? 0 : (blocks - 1) * BLOCK_LINES + this.blocks[blocks - 1].lines.length;
  }

  /** @param {number} index @returns {Line} */
  line(index) {
    return this.blocks[Math.floor(index / BLOCK_LINES)].lines[index % BLOCK_LINES];
  }

  /** @returns {number} the first line that may still grow; those before it stay as they are */
  get settled() {
    return Math.max(0, Math.min(this.count, ...[...this.open.values()].map((line) => line.number - this.dropped)));
  }
}
