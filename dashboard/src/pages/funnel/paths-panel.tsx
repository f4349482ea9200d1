import { useMemo } from "react";
import type { Schemas } from "../../api/types";
import { colourOf } from "../../charts/category-colour";
import { Sankey } from "../../charts/sankey";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import { FUNNEL_WORDS } from "./words";

type Paths = Schemas["Paths"];

const ENDINGS = ["end"];
const ORDERED = "converted";

/** Which way they go from one category to the next. */
export function PathsPanel({ answer }: { answer: Answer<Paths> }) {
  const words = useWords(FUNNEL_WORDS);
  return (
    <Panel
      title={words.paths}
      note={words.pathsNote}
      answer={answer}
      shape="chart"
      what={words.pathsWhat}
      isEmpty={({ links }) => links.length === 0}
      empty={<Empty>{words.pathsEmpty}</Empty>}
    >
      {(paths) => <Ways paths={paths} />}
    </Panel>
  );
}

function Ways({ paths }: { paths: Paths }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number } = useFormats();
  const { order, category } = names;
  const place = (id: string): number => {
    const known = order.indexOf(id);
    return id === ORDERED ? Infinity : known < 0 ? order.length : known;
  };
  const nodes = useMemo(
    () =>
      paths.nodes
        .filter(({ id }) => !ENDINGS.includes(id))
        .toSorted((a, b) => place(a.id) - place(b.id))
        .map(({ id, sessions }) => ({
          id,
          sessions,
          label: category(id),
          colour: id === ORDERED ? "--ink" : colourOf(id, order),
        })),
    [paths, order.join(), category(ORDERED)],
  );
  const onward = paths.links.filter(({ target }) => !ENDINGS.includes(target));
  const most = onward.toSorted((a, b) => b.count - a.count)[0] ?? paths.links[0]!;
  return (
    <Sankey
      statement={words.pathsStatement(
        category(most.source),
        category(most.target),
        number(most.count),
      )}
      file="paths"
      table={{
        caption: words.paths,
        rows: paths.links,
        rowKey: ({ source, target }) => `${source} ${target}`,
        columns: [
          { id: "from", label: words.from, cell: (l) => category(l.source), text: (l) => category(l.source) },
          { id: "to", label: words.to, cell: (l) => category(l.target), text: (l) => category(l.target) },
          { id: "count", label: words.count, figure: true, cell: (l) => number(l.count), sortBy: (l) => l.count },
        ],
      }}
      nodes={nodes}
      links={paths.links}
      endings={ENDINGS}
      nameOf={({ source, target }) => words.link(category(source), category(target))}
      countName={words.count}
      format={number}
    />
  );
}
