import { useState } from "react";
import { useCanChange, useMe } from "../../api/me";
import { useAnswer, useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { ConfirmDialog } from "../../parts/confirm-dialog";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { AccountDialog } from "./account-dialog";
import { ListPager } from "./list-pager";
import styles from "./operations.module.css";
import { usePages } from "./pages";
import { ACCOUNTS, AUDIT } from "./paths";
import { OPERATIONS_WORDS } from "./words";

const AT_ONCE = 20;

type Account = Schemas["Account"];

/** Who may log in, and as what. */
export function AccountsPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const canChange = useCanChange();
  const pages = usePages();
  const answer = useAnswer(ACCOUNTS, { limit: AT_ONCE, cursor: pages.cursor });
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Account>();
  return (
    <Panel
      title={words.accounts}
      action={
        canChange && (
          <Button small icon="plus" onClick={() => setMaking(true)}>
            {words.newAccount}
          </Button>
        )
      }
      span={5}
      answer={answer}
      shape="table"
      what={words.accounts}
    >
      {({ items, nextCursor }) => (
        <>
          <Table rows={items} {...(canChange && { onDelete: setLeaving })} />
          <ListPager pages={pages} nextCursor={nextCursor} />
          {isMaking && <AccountDialog onClose={() => setMaking(false)} />}
          {leaving && <DeleteDialog account={leaving} onClose={() => setLeaving(undefined)} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  rows: readonly Account[];
  onDelete?: (account: Account) => void;
}

/** Nobody deletes the account they are logged in with. */
function Table({ rows, onDelete }: TableProps) {
  const words = useWords(OPERATIONS_WORDS);
  const { data: me } = useMe();
  const { date } = useFormats();
  const roles: Record<string, string | undefined> = words.roles;
  const columns: Column<Account>[] = [
    {
      id: "email",
      label: words.email,
      header: true,
      lead: true,
      cell: ({ email }) => (
        <span className={styles["id"]}>
          {email} {email === me?.email && <span className={styles["two"]}>{words.own}</span>}
        </span>
      ),
    },
    { id: "role", label: words.role, cell: ({ role }) => roles[role] ?? role },
    { id: "made", label: words.made, figure: true, cell: ({ createdAt }) => date(createdAt) },
  ];
  if (onDelete)
    columns.push({
      id: "acts",
      label: words.actions,
      labelHidden: true,
      cell: (account) => (
        <span className={styles["acts"]}>
          {account.email !== me?.email && (
            <Button small look="quiet" onClick={() => onDelete(account)}>
              {words.deleteIt}
            </Button>
          )}
        </span>
      ),
    });
  return (
    <DataTable
      caption={words.accounts}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      dense
    />
  );
}

function DeleteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const words = useWords(OPERATIONS_WORDS);
  const remove = useChange("DELETE", [ACCOUNTS, AUDIT]);
  return (
    <ConfirmDialog
      open
      title={words.deleteTitle(account.email)}
      confirm={words.deleteIt}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ path: `${ACCOUNTS}/${account.id}` }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {words.deleteText}
    </ConfirmDialog>
  );
}
