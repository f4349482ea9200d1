import { useState } from "react";
import { useCanChange } from "../../api/me";
import { useAnswer, useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { ConfirmDialog } from "../../parts/confirm-dialog";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Status } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { ListPager } from "./list-pager";
import styles from "./operations.module.css";
import { usePages } from "./pages";
import { AUDIT, TOKENS } from "./paths";
import { TokenDialog } from "./token-dialog";
import { OPERATIONS_WORDS } from "./words";

const AT_ONCE = 20;

type Token = Schemas["Token"];

/** What programs show in place of a login. */
export function TokensPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const canChange = useCanChange();
  const pages = usePages();
  const answer = useAnswer(TOKENS, { limit: AT_ONCE, cursor: pages.cursor });
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Token>();
  return (
    <Panel
      title={words.tokens}
      note={words.tokensNote}
      action={
        canChange && (
          <Button small icon="plus" onClick={() => setMaking(true)}>
            {words.newToken}
          </Button>
        )
      }
      span={7}
      answer={answer}
      shape="table"
      what={words.tokens}
    >
      {({ items, nextCursor }) => (
        <>
          {items.length ? (
            <Table rows={items} {...(canChange && { onRevoke: setLeaving })} />
          ) : (
            <Empty>{words.noTokens}</Empty>
          )}
          <ListPager pages={pages} nextCursor={nextCursor} />
          {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
          {leaving && <RevokeDialog token={leaving} onClose={() => setLeaving(undefined)} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  rows: readonly Token[];
  onRevoke?: (token: Token) => void;
}

function Table({ rows, onRevoke }: TableProps) {
  const words = useWords(OPERATIONS_WORDS);
  const { date, shortDateTime } = useFormats();
  const roles: Record<string, string | undefined> = words.roles;
  const columns: Column<Token>[] = [
    { id: "name", label: words.name, header: true, lead: true, cell: ({ name }) => name },
    { id: "role", label: words.role, cell: ({ role }) => roles[role] ?? role },
    {
      id: "state",
      label: words.state,
      cell: ({ revokedAt }) =>
        revokedAt ? (
          <span title={shortDateTime(revokedAt)}>
            <Status state="off">{words.revoked}</Status>
          </span>
        ) : (
          <Status state="good">{words.valid}</Status>
        ),
    },
    { id: "made", label: words.made, figure: true, cell: ({ createdAt }) => date(createdAt) },
    {
      id: "used",
      label: words.used,
      figure: true,
      cell: ({ lastUsedAt }) => (lastUsedAt ? shortDateTime(lastUsedAt) : words.never),
    },
  ];
  if (onRevoke)
    columns.push({
      id: "acts",
      label: words.actions,
      labelHidden: true,
      cell: (token) => (
        <span className={styles["acts"]}>
          {!token.revokedAt && (
            <Button small look="quiet" onClick={() => onRevoke(token)}>
              {words.revoke}
            </Button>
          )}
        </span>
      ),
    });
  return (
    <DataTable caption={words.tokens} columns={columns} rows={rows} rowKey={({ id }) => id} dense />
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const words = useWords(OPERATIONS_WORDS);
  const revoke = useChange("DELETE", [TOKENS, AUDIT]);
  return (
    <ConfirmDialog
      open
      title={words.revokeTitle(token.name)}
      confirm={words.revoke}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ path: `${TOKENS}/${token.id}` }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {words.revokeText}
    </ConfirmDialog>
  );
}
