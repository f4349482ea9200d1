import { useMemo, useState, type CSSProperties, type KeyboardEvent } from "react";
import { usePartsWords } from "../parts/words";
import { Chart, type Told } from "./chart";
import {
  sankeyLayout,
  type Layout,
  type PlacedNode,
  type SankeyLink,
  type SankeyNode,
} from "./sankey-layout";
import { exitPath, linkPath, middleOf, nodePath, type Turn } from "./sankey-shapes";
import styles from "./sankey.module.css";
import { Tip } from "./tip";

export interface SankeyProps<Row> extends Told<Row> {
  /** In catalogue order; what nobody leaves, an order, comes last. */
  nodes: readonly SankeyNode[];
  links: readonly SankeyLink[];
  /** Targets that are no nodes: there the way fades out. */
  endings: readonly string[];
  /** A link's name for its tooltip: "Size – Cladding". */
  nameOf: (link: SankeyLink) => string;
  countName: string;
  format: (count: number) => string;
}

const ROW_PX = 84;
/** With more columns their names stand above the drawing, in two rows. */
const ROOMY_COLUMNS = 7;

/** Which way they go. On phones the way leads down. */
export function Sankey<Row>(props: SankeyProps<Row>) {
  const { nodes, links, endings, format } = props;
  const words = usePartsWords();
  const layout = useMemo(() => sankeyLayout(nodes, links, endings), [nodes, links, endings]);
  return (
    <Chart table={props.table} file={props.file}>
      <Turned {...props} layout={layout} turn="right" />
      <Turned {...props} layout={layout} turn="down" />
      {layout.left > 0 && <p className={styles["left"]}>{words.backwards(format(layout.left))}</p>}
    </Chart>
  );
}

type TurnedProps<Row> = SankeyProps<Row> & { layout: Layout; turn: Turn };

function Turned<Row>({ layout, turn, statement, format, nameOf, countName }: TurnedProps<Row>) {
  const words = usePartsWords();
  const [active, setActive] = useState<number>();
  const { links, nodes, columns } = layout;
  const link = active === undefined ? undefined : links[active];
  const key = (event: KeyboardEvent): void => {
    const next = afterKey(event.key, active, links.length);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next === "none" ? undefined : next);
  };
  const middle = link && middleOf(link, turn);
  const style = turn === "down" ? { "--h": `${columns * ROW_PX}px` } : {};
  return (
    <div
      className={[styles["sankey"], styles[turn], columns > ROOMY_COLUMNS && styles["crowded"]]
        .filter(Boolean)
        .join(" ")}
      style={style as CSSProperties}
      role="img"
      aria-label={statement}
      aria-description={words.chartKeys}
      tabIndex={0}
      onKeyDown={key}
      onBlur={() => setActive(undefined)}
      onPointerLeave={() => setActive(undefined)}
    >
      <Shapes layout={layout} turn={turn} active={active} onActive={setActive} />
      {nodes.map((node) => (
        <span
          key={node.id}
          className={labelClass(node, columns > ROOMY_COLUMNS)}
          style={
            {
              "--along": node.along * 100,
              "--across": node.across * 100,
              "--order": node.order,
              "--columns": columns,
            } as CSSProperties
          }
        >
          {node.label} <b>{format(node.sessions)}</b>
        </span>
      ))}
      {link && middle && (
        <Tip title={nameOf(link)} rows={[[countName, format(link.count)]]} {...middle} />
      )}
    </div>
  );
}

const labelClass = ({ along, column, order }: PlacedNode, isCrowded: boolean): string =>
  [
    styles["label"],
    along > (isCrowded ? 0.93 : 0.8) && styles["end"],
    isCrowded && (order ? styles["single"] : column % 2 ? styles["above"] : styles["top"]),
  ]
    .filter(Boolean)
    .join(" ");

interface ShapesProps {
  layout: Layout;
  turn: Turn;
  active: number | undefined;
  onActive: (index: number) => void;
}

function Shapes({ layout, turn, active, onActive }: ShapesProps) {
  const fade = `fade-${turn}`;
  return (
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <linearGradient
          id={fade}
          {...(turn === "down" ? { x2: "0", y2: "1" } : { x2: "1", y2: "0" })}
        >
          <stop className={styles["fadeFrom"]} />
          <stop className={styles["fadeTo"]} offset="1" />
        </linearGradient>
      </defs>
      {layout.links.map((link, index) => (
        <path
          key={`${link.source} ${link.target}`}
          className={`${link.to ? styles["link"] : styles["exit"]} ${index === active ? styles["active"] : ""}`}
          d={link.to ? linkPath(link, link.to, turn) : exitPath(link, turn)}
          fill={link.to ? undefined : `url(#${fade})`}
          style={link.to ? { fill: `var(${link.colour})` } : undefined}
          onPointerEnter={() => onActive(index)}
          onPointerDown={() => onActive(index)}
        />
      ))}
      {layout.nodes.map((node) => (
        <path key={node.id} d={nodePath(node, turn)} style={{ fill: `var(${node.colour})` }} />
      ))}
    </svg>
  );
}

function afterKey(
  key: string,
  now: number | undefined,
  count: number,
): number | "none" | undefined {
  if (!count) return undefined;
  if (key === "Escape") return now === undefined ? undefined : "none";
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(count - 1, (now ?? -1) + 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(0, (now ?? count) - 1);
  return undefined;
}
