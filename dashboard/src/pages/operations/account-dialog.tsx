import { useState } from "react";
import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Field } from "../../parts/dialog";
import { useWords } from "../../words/language";
import { ACCOUNTS, AUDIT } from "./paths";
import { MakingDialog, RoleField, wrong } from "./making";
import { Secret } from "./secret";
import { OPERATIONS_WORDS } from "./words";

const ROLES = ["viewer", "admin"] as const;

/** Without a password of their own, the server makes one and tells it once. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const words = useWords(OPERATIONS_WORDS);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>(ROLES[0]);
  const [password, setPassword] = useState("");
  const make = useChange<Schemas["NewAccount"]>("POST", [ACCOUNTS, AUDIT]);
  const { data } = make;
  return (
    <MakingDialog
      title={words.newAccount}
      busy={make.isPending}
      error={make.error}
      fields={["email", "password"]}
      onMake={() =>
        make.mutate({ path: ACCOUNTS, body: { email, role, ...(password && { password }) } })
      }
      onClose={onClose}
      made={
        data &&
        (data.password ? (
          <Secret label={words.passwordOf(data.email)} secret={data.password} />
        ) : (
          <p>{words.accountMade(data.email)}</p>
        ))
      }
    >
      <Field label={words.email} error={wrong(make.error, "email")}>
        {(id, said) => (
          <input
            id={id}
            aria-describedby={said}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <RoleField roles={ROLES} value={role} onChange={setRole} />
      <Field
        label={words.password}
        hint={words.passwordHint}
        error={wrong(make.error, "password")}
      >
        {(id, said) => (
          <input
            id={id}
            aria-describedby={said}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
    </MakingDialog>
  );
}
