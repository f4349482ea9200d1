import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Status } from "../../parts/status";
import { useAlertWords, type Alert } from "./alert-figures";
import { MakingDialog } from "./making";
import { ALERTS, AUDIT } from "./paths";

type Answer = Schemas["TestAnswer"];

/** Sends a notice on the real way, and says of each channel whether it went. */
export function AlertTestDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const words = useAlertWords();
  const test = useChange<Answer>("POST", [AUDIT]);
  return (
    <MakingDialog
      title={words.testing(words.nameOf(alert))}
      act={words.send}
      busy={test.isPending}
      error={test.error}
      fields={[]}
      onMake={() => test.mutate({ path: `${ALERTS}/${alert.id}/test` })}
      onClose={onClose}
      made={test.data && <Deliveries deliveries={test.data.deliveries} />}
    >
      <p>{words.testHint}</p>
    </MakingDialog>
  );
}

function Deliveries({ deliveries }: Pick<Answer, "deliveries">) {
  const words = useAlertWords();
  return (
    <ul>
      {deliveries.map(({ channel, sent, error }) => (
        <li key={channel}>
          {channel}{" "}
          <Status state={sent ? "good" : "bad"}>
            {sent ? words.sent : words.notSent(error ?? "")}
          </Status>
        </li>
      ))}
    </ul>
  );
}
