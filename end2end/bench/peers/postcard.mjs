// Postcard, as far as the sync protocol needs it: whole numbers as varints, bytes and texts with their length before them.
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a frame, piece by piece. */
export class Writer {
  constructor() {
    this.pieces = [];
    this.small = [];
  }

  byte(value) {
    this.small.push(value);
    return this;
  }

  number(value) {
    let rest = value;
    while (rest >= 0x80) {
      this.small.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.small.push(rest);
    return this;
  }

  /** Bytes whose count both sides know. */
  raw(bytes) {
    this.pieces.push(Uint8Array.from(this.small), bytes);
    this.small = [];
    return this;
  }

  bytes(bytes) {
    return this.number(bytes.length).raw(bytes);
  }

  text(value) {
    return this.bytes(encoder.encode(value));
  }

  frame() {
    return Buffer.concat([...this.pieces, Uint8Array.from(this.small)]);
  }
}

/** Reads a frame from its beginning to its end. */
export class Reader {
  constructor(bytes) {
    this.data = bytes;
    this.at = 0;
  }

  byte() {
    if (this.at >= this.data.length) throw new Error("the frame ends too early");
    return this.data[this.at++];
  }

  number() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** A number that may be negative (zigzag). Exact up to 2^52, which every moment is. */
  signed() {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  raw(length) {
    if (this.at + length > this.data.length) throw new Error("the frame ends too early");
    const bytes = this.data.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }

  bytes() {
    return this.raw(this.number());
  }

  text() {
    return decoder.decode(this.bytes());
  }

  option(read) {
    return this.byte() === 0 ? null : read(this);
  }

  list(read) {
    return Array.from({ length: this.number() }, () => read(this));
  }

  /** Says that everything was read. */
  end() {
    if (this.at !== this.data.length) throw new Error("the frame has more than was expected");
  }
}
