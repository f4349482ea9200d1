import { Configuration, preselected, type Choices } from "./configuration";
import { remembered } from "./keeping";
import { linkedChoices } from "./link";
import { failure, loading, notice } from "./page";
import { loadPriceList } from "./price-list";
import { tellStart } from "./tracking";
import { Visit } from "./visit";
import { words } from "./words";

const SHOW_LOADING_MS = 150;

const app = document.getElementById("app")!;
let version: string | undefined;

async function open(choices?: Choices): Promise<void> {
  const wait = setTimeout(() => app.replaceChildren(loading()), SHOW_LOADING_MS);
  try {
    const list = await loadPriceList();
    const brought = choices ?? linkedChoices() ?? remembered() ?? preselected(list);
    const configuration = new Configuration(list, brought);
    // Once for each list: of several servers one may be behind.
    const visit = new Visit(configuration, (inForce) => {
      if (version === inForce) return;
      version = inForce;
      void open(configuration.choices).then(() => say(words.newList(inForce)));
    });
    app.replaceChildren(...visit.elements);
    visit.begin();
  } catch {
    tellStart();
    app.replaceChildren(failure(() => void open(choices)));
  } finally {
    clearTimeout(wait);
  }
}

function say(sentence: string): void {
  app.querySelector("h1")?.after(notice(sentence));
}

document.documentElement.lang = words.language;
void open();
