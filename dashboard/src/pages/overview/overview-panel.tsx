import type { ReactNode } from "react";
import type { Schemas } from "../../api/types";
import { Panel, type Answer, type Answered } from "../../parts/panel";
import { Nothing } from "./nothing";
import { spanOf } from "./span";

type Overview = Schemas["Overview"];

interface OverviewPanelProps extends Omit<Answered<Overview>, "answer" | "isEmpty" | "empty"> {
  answer: Answer<Overview>;
  /** Says what to do where nobody was there. */
  leads?: boolean;
  children: (overview: Overview) => ReactNode;
}

/** A panel of the overview's answer, which is empty where nobody was there. */
export function OverviewPanel({ leads = false, ...props }: OverviewPanelProps) {
  const { data } = props.answer;
  return (
    <Panel
      {...props}
      isEmpty={({ overview }: Overview) => !overview.totalSessions}
      empty={data && <Nothing span={spanOf(data)} isBrief={!leads} />}
    />
  );
}
