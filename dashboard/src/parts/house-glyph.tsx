import "../../../demo/src/styles/house.css";
import { area, at, GABLE, line, shadowOf } from "../../../demo/src/house-shapes";
import { isHouse, sizeOf, type Configuration, type PriceList } from "./configuration";
import styles from "./house-glyph.module.css";

/** Room for the largest house, so that houses in a column are drawn to one scale. */
const FRAME = "-4.9 -15.7 25.3 17.1";
const GHOST_FRAME = "-4.9 -12.1 16.1 13.5";

interface HouseGlyphProps {
  modules: number;
  /** The option's id. */
  cladding?: string | undefined;
  /** Dashed, for what is not there. */
  ghost?: boolean;
}

/** An axonometric house with as many modules as its size and the colour of its cladding. */
export function HouseGlyph({ modules, cladding = "bare", ghost }: HouseGlyphProps) {
  const classes = ["house", cladding, styles["glyph"], ghost && styles["ghost"]];
  return (
    <svg
      className={classes.filter(Boolean).join(" ")}
      viewBox={ghost ? GHOST_FRAME : FRAME}
      aria-hidden="true"
    >
      {!ghost && <path className="h-shadow" d={shadowOf(modules)} />}
      {Array.from({ length: modules }, (_, index) => (
        <Module key={index} k={modules - 1 - index} />
      ))}
      {GABLE.map(([look, d]) => (
        <path key={look} className={look} d={d} />
      ))}
    </svg>
  );
}

function Module({ k }: { k: number }) {
  const [left, middle, right] = [k + 0.2, k + 0.5, k + 0.8];
  return (
    <>
      <path className="h-wall" d={area(at(k, 0), at(k + 1, 0), at(k + 1, 1), at(k, 1))} />
      <path className="h-roof" d={area(at(k, 1), at(k + 1, 1), at(k + 1, 1, 1), at(k, 1, 1))} />
      {k % 3 === 1 && (
        <>
          <path
            className="h-glass"
            d={area(at(left, 0.07), at(right, 0.07), at(right, 0.8), at(left, 0.8))}
          />
          <path className="h-frame" d={line(at(middle, 0.07), at(middle, 0.8))} />
        </>
      )}
    </>
  );
}

interface GlyphProps {
  configuration: Configuration | null | undefined;
  list: PriceList | undefined;
}

/** The glyph of a configuration; nothing where the product is not this house. */
export function Glyph({ configuration, list }: GlyphProps) {
  const size = configuration && list && isHouse(list) ? sizeOf(configuration, list) : undefined;
  if (!size) return null;
  const cladding = configuration?.["gebaeudehuelle"];
  return (
    <HouseGlyph
      modules={size.modules}
      cladding={typeof cladding === "string" ? cladding : undefined}
    />
  );
}
