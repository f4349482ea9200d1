import { useAnswer } from "../../api/queries";
import { usePriceList } from "../../api/price-list";
import { Page } from "../../frame/page";
import { nameOf } from "../../parts/configuration";
import { Grid } from "../../parts/grid";
import { downloadUrl, FORMATS } from "../../view/downloads";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { MatrixPanel } from "./matrix-panel";
import { OptionsPanel } from "./options-panel";
import { PopularPanel } from "./popular-panel";
import { PricesPanel } from "./prices-panel";
import { CONFIGURATIONS_WORDS } from "./words";

export default function Configurations() {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { query } = useView();
  const prices = useAnswer("/api/admin/analytics/price-distribution", query);
  const selections = useAnswer("/api/admin/analytics/selections", query);
  const downloads = FORMATS.map((format) => ({
    label: `${words.popular} (${format.toUpperCase()})`,
    href: downloadUrl("popular-configurations", format, query),
  }));
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={<Answer prices={prices.data} selections={selections.data} />}
      asOf={prices.data?.asOf}
      downloads={downloads}
    >
      <Grid>
        <PricesPanel answer={prices} />
        <MatrixPanel />
        <OptionsPanel answer={selections} />
        <PopularPanel />
      </Grid>
    </Page>
  );
}

type Given<Path extends "price-distribution" | "selections"> = ReturnType<
  typeof useAnswer<`/api/admin/analytics/${Path}`>
>["data"];

interface AnswerProps {
  prices: Given<"price-distribution">;
  selections: Given<"selections">;
}

/** The median, and what leads in the first category that is not the size. */
function Answer({ prices, selections }: AnswerProps) {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { money, share } = useFormats();
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  if (!prices) return null;
  const { p50 } = prices.quantiles;
  if (p50 === null) return words.nothing;
  const category = list?.categories.find(({ id, required }) => required && id !== list.base);
  const leader = selections?.items
    .filter((item) => item.category === category?.id && item.option)
    .reduce<(typeof selections.items)[number] | undefined>(
      (most, item) => (item.sessions > (most?.sessions ?? 0) ? item : most),
      undefined,
    );
  const leading = category?.options.find(({ id }) => id === leader?.option);
  return (
    <>
      {words.half} <b>{money(p50)}</b>.{" "}
      {category && leader && (
        <>
          {words.leads(nameOf(leading ?? leader, language), nameOf(category, language))} <b>{share(leader.share)}</b>.
        </>
      )}
    </>
  );
}
