import { useEffect, useRef } from "react";

const PATIENCE_MS = 1_500;

/** Single keys, but not while something is being written or a dialog is open. */
export function useKeys(isOn: boolean, pressed: (key: string, before: string) => boolean): void {
  const told = useRef(pressed);
  useEffect(() => {
    told.current = pressed;
  });
  useEffect(() => {
    let before = "";
    let at = 0;
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (event.timeStamp - at > PATIENCE_MS) before = "";
      if (isOn && told.current(event.key, before)) event.preventDefault();
      before = event.key;
      at = event.timeStamp;
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [isOn]);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea") ||
    target.isContentEditable ||
    target.closest("dialog[open]") !== null);
