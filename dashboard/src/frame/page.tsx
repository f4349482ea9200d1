import type { ReactNode } from "react";
import { Instruments, type InstrumentsProps } from "./instruments";
import { PageHeading, type PageHeadingProps } from "./page-heading";
import styles from "./page.module.css";

interface PageProps extends PageHeadingProps, InstrumentsProps {
  /** Without range, filters and bots: for a page that has none of them. */
  plain?: boolean;
  /** More instruments of this page, at the left. */
  instruments?: ReactNode;
  children: ReactNode;
}

/** Question, answer, instruments, and then what the page is for. */
export function Page(props: PageProps) {
  const { trail, question, title, answer, plain = false, instruments, children, ...tools } = props;
  const heading = { question, answer, ...(trail && { trail }), ...(title && { title }) };
  return (
    <div className={styles["page"]}>
      <PageHeading {...heading} />
      <Instruments plain={plain} {...tools}>
        {instruments}
      </Instruments>
      {children}
    </div>
  );
}
