import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import { commonPart } from "./view";

interface ViewLinkProps {
  to: string;
  /** More parameters of the address, or others. */
  with?: Readonly<Record<string, string>>;
  className?: string | undefined;
  children: ReactNode;
}

/** A link to a page that shows the same range, bots and filters. */
export function ViewLink({ to, with: more = {}, className, children }: ViewLinkProps) {
  const address = useViewAddress();
  return (
    <Link to={address(to, more)} className={className}>
      {children}
    </Link>
  );
}

/** The address of a page that shows the same range, bots and filters. */
export function useViewAddress(): (to: string, more?: Readonly<Record<string, string>>) => string {
  const [search] = useSearchParams();
  return (to, more = {}) => {
    const query = commonPart(search);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return query.size ? `${to}?${query}` : to;
  };
}
