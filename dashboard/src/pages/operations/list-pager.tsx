import { Pager } from "../../parts/pager";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import type { Pages } from "./pages";
import { OPERATIONS_WORDS } from "./words";

/** Nothing where a list has one page. */
export function ListPager({ pages, nextCursor }: { pages: Pages; nextCursor: string | null }) {
  const words = useWords(OPERATIONS_WORDS);
  const { number } = useFormats();
  if (!pages.previous && !nextCursor) return null;
  return (
    <Pager
      text={words.page(number(pages.number))}
      onPrevious={pages.previous}
      onNext={nextCursor === null ? undefined : () => pages.next(nextCursor)}
    />
  );
}
