import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { showTheme } from "./frame/theme";
import { fetchAhead } from "./pages";
import "./styles/index.css";

showTheme();
fetchAhead(window.location.pathname);
createRoot(document.getElementById("app")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
