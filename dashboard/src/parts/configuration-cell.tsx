import { namesOf, type Configuration, type PriceList } from "./configuration";
import styles from "./configuration-cell.module.css";
import { Glyph } from "./house-glyph";

interface ConfigurationCellProps {
  configuration: Configuration;
  list: PriceList | undefined;
  language: string;
  /** Categories named after the first, in this order; without it the next three chosen. */
  categories?: readonly string[];
}

/** A configuration in a table: drawn, then named by its base and what it is made of. */
export function ConfigurationCell(props: ConfigurationCellProps) {
  const { configuration, list, language, categories } = props;
  const names = list ? namesOf(configuration, list, language) : [];
  const [first, ...others] = names;
  const told = categories
    ? others.filter(({ category }) => categories.includes(category))
    : others.slice(0, 3);
  return (
    <div className={styles["configuration"]}>
      <Glyph configuration={configuration} list={list} />
      <div className={styles["what"]}>
        <b>{first?.option ?? "–"}</b>
        <span>{told.map(({ option }) => option).join(", ")}</span>
      </div>
    </div>
  );
}
