import { useState } from "react";
import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Field } from "../../parts/dialog";
import { useWords } from "../../words/language";
import { MakingDialog, RoleField, wrong } from "./making";
import { Secret } from "./secret";
import { AUDIT, TOKENS } from "./paths";
import { OPERATIONS_WORDS } from "./words";

const ROLES = ["viewer", "admin", "tracker"] as const;

export function TokenDialog({ onClose }: { onClose: () => void }) {
  const words = useWords(OPERATIONS_WORDS);
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>(ROLES[0]);
  const make = useChange<Schemas["NewApiToken"]>("POST", [TOKENS, AUDIT]);
  return (
    <MakingDialog
      title={words.newToken}
      busy={make.isPending}
      error={make.error}
      fields={["name"]}
      onMake={() => make.mutate({ path: TOKENS, body: { name, role } })}
      onClose={onClose}
      made={make.data && <Secret label={words.token} secret={make.data.token} />}
    >
      <Field label={words.name} hint={words.tokenHint} error={wrong(make.error, "name")}>
        {(id, said) => (
          <input
            id={id}
            aria-describedby={said}
            autoComplete="off"
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <RoleField roles={ROLES} value={role} onChange={setRole} />
    </MakingDialog>
  );
}
