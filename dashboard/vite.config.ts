import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// For work on the pages: `npx vite dashboard`, beside a running `nesthaus up`, whose address is
// NESTHAUS_URL. What is released is built by web.build.mjs.
export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  server: { proxy: { "/api": process.env["NESTHAUS_URL"] ?? "http://127.0.0.1:8000" } },
});
