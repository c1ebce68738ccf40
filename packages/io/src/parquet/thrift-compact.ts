/** Types of Thrift's compact protocol, as they stand in a field's header. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/** A list, with the type of its items: an empty one is written with the same type again. */
export interface ThriftList {
  readonly itemType: number;
  readonly items: readonly ThriftValue[];
}

/** A field's value. Integers of 64 bits are `bigint`, shorter ones `number`; texts are bytes. */
export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftList | ThriftStruct;

/** A field as it was read: what is not known is written again as it was. */
export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}

/** A struct by the numbers of its fields, in their order. */
export type ThriftStruct = ReadonlyMap<number, ThriftField>;

/** Deeper than any struct of a Parquet file. */
const MAX_DEPTH = 64;

/** Reads the struct at the start of some bytes. @throws RangeError for bytes that are no such struct */
export function readThriftStruct(bytes: Uint8Array): ThriftStruct {
  return new ThriftReader(bytes).struct(0);
}

class ThriftReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new RangeError("structs are nested too deeply");
    const fields = new Map<number, ThriftField>();
    let id = 0;
    for (;;) {
      const header = this.#byte();
      if (header === 0) return fields;
      const delta = header >> 4;
      const type = header & 15;
      id = delta === 0 ? Number(this.#zigzag()) : id + delta;
      fields.set(id, { type, value: this.#field(type, depth) });
    }
  }

  /** A boolean's value is its type; in a list it is a byte. */
  #field(type: number, depth: number): ThriftValue {
    return type === TRUE || type === FALSE ? type === TRUE : this.#value(type, depth);
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
        return this.#byte() === TRUE;
      case BYTE:
        return (this.#byte() << 24) >> 24;
      case I16:
      case I32:
        return Number(this.#zigzag());
      case I64:
        return this.#zigzag();
      case DOUBLE:
        return this.#view.getFloat64(this.#skip(8), true);
      case BINARY: {
        const length = this.#length();
        const start = this.#skip(length);
        return this.#bytes.subarray(start, start + length);
      }
      case LIST:
      case SET:
        return this.#list(depth + 1);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new RangeError(`there is no type ${type}`);
    }
  }

  #list(depth: number): ThriftList {
    const header = this.#byte();
    const itemType = header & 15;
    const count = header >> 4 === 15 ? this.#length() : header >> 4;
    const items: ThriftValue[] = [];
    for (let index = 0; index < count; index += 1) items.push(this.#value(itemType, depth));
    return { itemType, items };
  }

  /** A length that the rest of the bytes can have. */
  #length(): number {
    const length = Number(this.#varint());
    if (length > this.#bytes.length - this.#at) throw new RangeError("it is longer than what is left");
    return length;
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  #varint(): bigint {
    let value = 0;
    // Up to 49 bits without a bigint for each byte.
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return BigInt(value);
    }
    let long = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      long |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return long;
    }
    throw new RangeError("a number is too long");
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #skip(bytes: number): number {
    const start = this.#at;
    if (start + bytes > this.#bytes.length) throw new RangeError("it ends too early");
    this.#at += bytes;
    return start;
  }
}

/** Writes a struct. */
export function writeThriftStruct(struct: ThriftStruct): Uint8Array {
  const writer = new ThriftWriter();
  writer.struct(struct);
  return writer.bytes();
}

class ThriftWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  struct(struct: ThriftStruct): void {
    let last = 0;
    for (const [id, { type, value }] of struct) {
      const written = typeof value === "boolean" ? (value ? TRUE : FALSE) : type;
      const delta = id - last;
      if (delta > 0 && delta < 16) this.#byte((delta << 4) | written);
      else {
        this.#byte(written);
        this.#zigzag(BigInt(id));
      }
      if (typeof value !== "boolean") this.#value(type, value);
      last = id;
    }
    this.#byte(0);
  }

  #value(type: number, value: ThriftValue): void {
    if (typeof value === "boolean") this.#byte(value ? TRUE : FALSE);
    else if (typeof value === "bigint") this.#zigzag(value);
    else if (typeof value === "number") this.#number(type, value);
    else if (value instanceof Uint8Array) {
      this.#varint(BigInt(value.length));
      this.#room(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    } else if ("items" in value) this.#list(value);
    else this.struct(value);
  }

  #number(type: number, value: number): void {
    if (type === BYTE) this.#byte(value & 0xff);
    else if (type === DOUBLE) {
      this.#room(8);
      this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    } else this.#zigzag(BigInt(value));
  }

  #list({ itemType, items }: ThriftList): void {
    this.#byte((Math.min(items.length, 15) << 4) | itemType);
    if (items.length >= 15) this.#varint(BigInt(items.length));
    for (const item of items) this.#value(itemType, item);
  }

  #zigzag(value: bigint): void {
    this.#varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  #varint(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#byte(Number(rest & 0x7fn) | 0x80);
    this.#byte(Number(rest));
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
