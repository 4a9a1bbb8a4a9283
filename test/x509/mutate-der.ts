/** Changes DER by its structure: what comes out is mostly DER again, and wrong in one or a few places. */

type Pick = (below: number) => number;

/** A value whose content is either others or bytes. */
interface Node {
  tag: number;
  children?: Node[];
  bytes: Uint8Array;
  /** In front of what a BIT STRING wraps. */
  prefix: Uint8Array;
  /** A length that says something else. */
  lengthChange?: number;
  isLengthPadded?: boolean;
}

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1c, 0x1e, 0x24,
  0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0x87, 0x88, 0x89, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0x1f,
];

/** Returns a mutant with one to three changes; `other` is what parts are taken from too. */
export function mutateDer(
  der: Uint8Array,
  { other, pick }: { other: Uint8Array; pick: Pick },
): Uint8Array {
  const root = parse(der)[0];
  const donor = parse(other)[0];
  if (!root || !donor) return der;
  for (let changes = 1 + pick(3); changes > 0; changes--) {
    const parents = all(root).filter(({ children }) => children && children.length > 0);
    const parent = parents[pick(parents.length)];
    const children = parent?.children ?? [];
    const index = pick(children.length);
    const victim = children[index];
    if (victim) CHANGES[pick(CHANGES.length)]?.({ children, index, victim, donor, pick });
  }
  return encode(root);
}

interface Change {
  children: Node[];
  index: number;
  victim: Node;
  donor: Node;
  pick: Pick;
}

const CHANGES: readonly ((change: Change) => void)[] = [
  ({ children, index }) => void children.splice(index, 1),
  ({ children, index, victim }) => void children.splice(index, 0, structuredClone(victim)),
  ({ children, index }) => void children.push(...children.splice(index, 1)),
  ({ victim, pick }) => {
    victim.tag = TAGS[pick(TAGS.length)] ?? 0;
  },
  ({ victim, pick }) => {
    victim.tag ^= 1 << pick(8);
  },
  ({ victim, pick }) => change(victim, (bytes) => bytes.with(pick(bytes.length), pick(256))),
  ({ victim, pick }) => change(victim, (bytes) => bytes.subarray(0, pick(bytes.length))),
  ({ victim, pick }) => change(victim, (bytes) => Uint8Array.of(...bytes, pick(256))),
  ({ victim }) => change(victim, () => new Uint8Array()),
  ({ victim, pick }) => {
    victim.lengthChange = pick(5) - 2;
  },
  ({ victim }) => {
    victim.isLengthPadded = true;
  },
  ({ children, index, donor, pick }) => {
    const nodes = all(donor);
    const part = nodes[pick(nodes.length)];
    if (part) children.splice(index, pick(2), structuredClone(part));
  },
  ({ children, index, victim, pick }) => {
    children[index] = {
      ...leaf(TAGS[pick(TAGS.length)] ?? 0, new Uint8Array()),
      children: [victim],
    };
  },
];

/** A value of others becomes one of bytes only where there are bytes to change. */
function change(victim: Node, edit: (bytes: Uint8Array) => Uint8Array): void {
  const bytes = victim.children ? contentOf(victim) : victim.bytes;
  if (bytes.length === 0) return;
  delete victim.children;
  victim.prefix = new Uint8Array();
  victim.bytes = edit(bytes);
}

function all(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(all)];
}

function leaf(tag: number, bytes: Uint8Array): Node {
  return { tag, bytes, prefix: new Uint8Array() };
}

/** Opens what is constructed, and strings of octets or bits that hold DER. */
function parse(der: Uint8Array): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at < der.length; ) {
    const tag = der[at] ?? 0;
    const first = der[at + 1] ?? 0;
    const size = first < 0x80 ? 0 : first & 0x7f;
    let length = first < 0x80 ? first : 0;
    for (let i = 0; i < size; i++) length = length * 256 + (der[at + 2 + i] ?? 0);
    const start = at + 2 + size;
    if (start + length > der.length || size > 3) throw new RangeError("not DER");
    nodes.push(open(tag, der.subarray(start, start + length)));
    at = start + length;
  }
  return nodes;
}

function open(tag: number, content: Uint8Array): Node {
  const node = leaf(tag, content);
  const skipped = tag === 0x03 ? 1 : 0;
  const mayHold = (tag & 0x20) !== 0 || tag === 0x04 || (tag === 0x03 && content[1] === 0x30);
  if (!mayHold) return node;
  try {
    const children = parse(content.subarray(skipped));
    return { ...node, children, prefix: content.subarray(0, skipped) };
  } catch {
    return node;
  }
}

function contentOf({ children, bytes, prefix }: Node): Uint8Array {
  return children ? new Uint8Array(Buffer.concat([prefix, ...children.map(encode)])) : bytes;
}

function encode(node: Node): Uint8Array {
  const content = contentOf(node);
  const length = Math.max(0, content.length + (node.lengthChange ?? 0));
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  if (node.isLengthPadded) digits.unshift(0);
  const isShort = length < 0x80 && !node.isLengthPadded;
  const header = isShort ? [length] : [0x80 | digits.length, ...digits];
  return new Uint8Array(Buffer.concat([Uint8Array.of(node.tag, ...header), content]));
}
