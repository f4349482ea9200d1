export interface SankeyNode {
  id: string;
  label: string;
  sessions: number;
  colour: string;
}

export interface SankeyLink {
  source: string;
  target: string;
  count: number;
}

/** Places are shares: `along` the way people go, `across` it. */
export interface PlacedNode extends SankeyNode {
  along: number;
  across: number;
  size: number;
  column: number;
  /** How many nodes stand before it in its column. */
  order: number;
}

export interface PlacedLink extends SankeyLink {
  from: { along: number; across: number };
  /** Undefined where the way ends and fades out. */
  to: { along: number; across: number } | undefined;
  size: number;
  colour: string;
}

export interface Layout {
  nodes: PlacedNode[];
  links: PlacedLink[];
  columns: number;
  /** Links back or sideways, which the drawing leaves out. */
  left: number;
}

export const THICKNESS = 0.014;
export const FADE = 0.058;
const GAP = 0.05;
/** A link decides which column its target stands in when so large a part goes that way. */
const STRONG = 0.25;

/** Nodes in the order they are meant to be taken; `endings` are no nodes but fade out. */
export function sankeyLayout(
  nodes: readonly SankeyNode[],
  links: readonly SankeyLink[],
  endings: readonly string[],
): Layout {
  const rank = new Map(nodes.map(({ id }, index) => [id, index]));
  const isEnding = ({ target }: SankeyLink): boolean => endings.includes(target);
  const known = links.filter(
    (link) => rank.has(link.source) && (isEnding(link) || rank.has(link.target)),
  );
  const forward = known.filter(
    (link) => !isEnding(link) && rank.get(link.source)! < rank.get(link.target)!,
  );
  const depth = depthsOf(nodes, forward, known);
  const drawn = forward.filter(({ source, target }) => depth.get(source)! < depth.get(target)!);
  const exits = known.filter(isEnding);
  const shown = nodes.filter(({ id }) => sumOf([...drawn, ...exits], id) > 0);
  const placed = placeNodes(shown, drawn, exits, depth);
  return {
    nodes: placed,
    links: placeLinks(placed, drawn, exits),
    columns: Math.max(1, ...shown.map(({ id }) => depth.get(id)! + 1)),
    left: countOf(known) - countOf(drawn) - countOf(exits),
  };
}

const countOf = (links: readonly SankeyLink[]): number =>
  links.reduce((sum, { count }) => sum + count, 0);

const outOf = (links: readonly SankeyLink[], id: string): number =>
  countOf(links.filter(({ source }) => source === id));

const into = (links: readonly SankeyLink[], id: string): number =>
  countOf(links.filter(({ target }) => target === id));

const sumOf = (links: readonly SankeyLink[], id: string): number =>
  Math.max(outOf(links, id), into(links, id));

/** One column further than the farthest from which many come, or from which most do. */
function depthsOf(
  nodes: readonly SankeyNode[],
  forward: readonly SankeyLink[],
  all: readonly SankeyLink[],
): Map<string, number> {
  const depth = new Map<string, number>();
  for (const { id } of nodes) {
    const incoming = forward.filter(({ target }) => target === id);
    const most = Math.max(0, ...incoming.map(({ count }) => count));
    const deciding = incoming.filter(
      ({ source, count }) => count === most || count >= STRONG * outOf(all, source),
    );
    depth.set(id, Math.max(-1, ...deciding.map(({ source }) => depth.get(source) ?? 0)) + 1);
  }
  return lastAtEnd(nodes, forward, depth);
}

/** A node that nobody leaves stands at the end of the way. */
function lastAtEnd(
  nodes: readonly SankeyNode[],
  forward: readonly SankeyLink[],
  depth: Map<string, number>,
): Map<string, number> {
  const last = nodes.at(-1)?.id;
  if (last === undefined || outOf(forward, last) > 0 || into(forward, last) === 0) return depth;
  return depth.set(last, Math.max(...nodes.slice(0, -1).map(({ id }) => depth.get(id)! + 1)));
}

function placeNodes(
  nodes: readonly SankeyNode[],
  drawn: readonly SankeyLink[],
  exits: readonly SankeyLink[],
  depth: ReadonlyMap<string, number>,
): PlacedNode[] {
  const last = Math.max(1, ...nodes.map(({ id }) => depth.get(id)!));
  const length = nodes.some(({ id }) => depth.get(id) === last && outOf(exits, id)) ? 1 - FADE : 1;
  const weight = ({ id }: SankeyNode): number =>
    Math.max(into(drawn, id), outOf(drawn, id) + outOf(exits, id));
  const columns = new Map<number, SankeyNode[]>();
  for (const node of nodes) {
    const at = depth.get(node.id)!;
    columns.set(at, [...(columns.get(at) ?? []), node]);
  }
  const scale = Math.min(
    ...[...columns.values()].map(
      (column) =>
        (1 - GAP * (column.length - 1)) / column.reduce((sum, node) => sum + weight(node), 0),
    ),
  );
  return [...columns].flatMap(([at, column]) => {
    let across = 0;
    return column.map((node, order) => {
      const size = weight(node) * scale;
      const along = (at / last) * (length - THICKNESS);
      const place = { ...node, along, across, size, column: at, order };
      across += size + GAP;
      return place;
    });
  });
}

function placeLinks(
  nodes: readonly PlacedNode[],
  drawn: readonly SankeyLink[],
  exits: readonly SankeyLink[],
): PlacedLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const taken = { out: new Map<string, number>(), in: new Map<string, number>() };
  const take = (side: "out" | "in", node: PlacedNode, size: number): number => {
    const used = taken[side].get(node.id) ?? 0;
    taken[side].set(node.id, used + size);
    return node.across + used;
  };
  const scale = scaleOfNodes(nodes, drawn, exits);
  const across = (id: string): number => byId.get(id)?.across ?? 1;
  const ordered = drawn.toSorted(
    (one, other) =>
      across(one.source) - across(other.source) || across(one.target) - across(other.target),
  );
  // What ends leaves a node below all that goes on.
  return [...ordered, ...exits].flatMap((link) => {
    const [source, target] = [byId.get(link.source), byId.get(link.target)];
    if (!source) return [];
    const size = link.count * scale;
    const from = { along: source.along + THICKNESS, across: take("out", source, size) };
    const to = target && { along: target.along, across: take("in", target, size) };
    return { ...link, from, to, size, colour: source.colour };
  });
}

/** Share of the width for one session: the same in every node. */
function scaleOfNodes(
  nodes: readonly PlacedNode[],
  drawn: readonly SankeyLink[],
  exits: readonly SankeyLink[],
): number {
  const first = nodes.find(({ size }) => size > 0);
  if (!first) return 0;
  const { id, size } = first;
  return size / Math.max(into(drawn, id), outOf(drawn, id) + outOf(exits, id));
}
