import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { showTheme } from "./frame/theme";
import "./styles/index.css";

showTheme();
createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
