// Changes of flat records, encoded and decoded by Automerge; between them the record as its registers, as
// `shared::document` keeps it: for a flat record these are all that is needed to author the next change.
//
// `Automerge.change` would not do: it names the author's own last change among the dependencies even if the heads
// contain it already, and the server takes the heads only.
import * as Automerge from "@automerge/automerge";
import { inflateRawSync } from "node:zlib";
import { Writer } from "./postcard.mjs";

/** Where a chunk's type stands, behind magic and checksum. */
const TYPE_AT = 8;
const CHANGE = 1;
const COMPRESSED_CHANGE = 2;
const ROOT = "_root";

const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** Sixteen fresh bytes. */
export const fresh = () => crypto.getRandomValues(new Uint8Array(16));

/** A record with an author. */
export class Registers {
  /** Empty, or as its saved Automerge document says. */
  constructor(actor, saved) {
    this.actor = hex(actor);
    this.heads = new Set();
    this.maxOp = 0;
    this.seq = 0;
    /** The visible ops of each key. */
    this.visible = new Map();
    if (!saved) return;
    const document = Automerge.load(saved);
    for (const it of Automerge.getAllChanges(document)) this.apply(it);
    Automerge.free(document);
  }

  /** Takes a change whose dependencies are in; answers what it puts, by key. */
  apply(body) {
    const change = Automerge.decodeChange(body);
    for (const it of change.deps) this.heads.delete(it);
    this.heads.add(change.hash);
    change.ops.forEach(({ key, pred }, index) => {
      const rest = (this.visible.get(key) ?? []).filter((it) => !pred.includes(it));
      this.visible.set(key, [...rest, `${change.startOp + index}@${change.actor}`]);
    });
    this.maxOp = Math.max(this.maxOp, change.startOp + change.ops.length - 1);
    if (change.actor === this.actor) this.seq = change.seq;
    return new Map(change.ops.map((it) => [it.key, it.value]));
  }

  /** Edits fields; answers the change to push. Absent values are not written. */
  edit(record, values) {
    const ops = Object.entries(values)
      .filter((it) => it[1] !== undefined)
      .map(([key, value]) => ({ action: "set", obj: ROOT, key, value, pred: (this.visible.get(key) ?? []).sort(byOp) }));
    const made = Automerge.encodeChange({
      actor: this.actor,
      seq: this.seq + 1,
      startOp: this.maxOp + 1,
      time: Math.floor(Date.now() / 1_000),
      message: null,
      deps: [...this.heads].sort(),
      ops,
    });
    this.apply(made);
    const hash = Buffer.from([...this.heads][0], "hex");
    return { record, hash, body: uncompressed(made) };
  }
}

/** Ops by counter, then by author: the order in which Automerge lists them. */
function byOp(one, other) {
  const [[counter, actor], [otherCounter, otherActor]] = [one, other].map((it) => it.split("@"));
  return counter - otherCounter || (actor < otherActor ? -1 : 1);
}

/** The server takes uncompressed changes only; Automerge deflates large ones. The checksum is of the plain form. */
function uncompressed(body) {
  if (body[TYPE_AT] !== COMPRESSED_CHANGE) return body;
  let at = TYPE_AT + 1;
  while (body[at++] >= 0x80);
  const plain = inflateRawSync(body.subarray(at));
  return new Writer().raw(body.subarray(0, TYPE_AT)).byte(CHANGE).number(plain.length).raw(plain).frame();
}
