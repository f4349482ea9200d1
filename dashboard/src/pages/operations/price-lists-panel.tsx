import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { saveFile } from "../../parts/csv";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Status } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

type List = Schemas["PriceListInForce"];

export function PriceListsPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const answer = useAnswer("/api/admin/price-lists");
  return (
    <Panel
      title={words.priceLists}
      foot={words.priceListsFoot}
      answer={answer}
      shape="table"
      what={words.priceLists}
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty>{words.noPriceLists}</Empty>}
    >
      {({ items }) => <Table rows={items.toReversed()} />}
    </Panel>
  );
}

function Table({ rows }: { rows: readonly List[] }) {
  const words = useWords(OPERATIONS_WORDS);
  const { day } = useFormats();
  const columns: Column<List>[] = [
    {
      id: "version",
      label: words.version,
      header: true,
      cell: ({ version, inForce }) => (
        <span title={inForce ? words.inForce : words.notInForce}>
          <Status state={inForce ? "good" : "off"}>{version}</Status>
          {inForce && <span className={styles["two"]}>{words.inForce}</span>}
        </span>
      ),
    },
    { id: "from", label: words.from, figure: true, cell: (list) => day(list.inForceFrom) },
    { id: "to", label: words.until, figure: true, cell: (list) => day(list.inForceTo) },
    {
      id: "file",
      label: words.actions,
      labelHidden: true,
      cell: (list) => (
        <span className={styles["acts"]}>
          <Button
            small
            look="quiet"
            icon="download"
            aria-label={`${words.priceList(list.version)}, JSON`}
            onClick={() => save(list)}
          >
            JSON
          </Button>
        </span>
      ),
    },
  ];
  return (
    <DataTable
      caption={words.priceLists}
      columns={columns}
      rows={rows}
      rowKey={({ version }) => version}
      dense
    />
  );
}

const save = ({ version, priceList }: List): void =>
  saveFile(
    `price-list-${version}.json`,
    JSON.stringify(priceList, null, 2),
    "application/json;charset=utf-8",
  );
