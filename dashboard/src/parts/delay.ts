import { useEffect, useState } from "react";

/** True once it has been so for a while: what is over sooner is not worth a flicker. */
export function useDelayed(isSo: boolean, afterMs = 150): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setLong(true), afterMs);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isSo, afterMs]);
  return isSo && isLong;
}
