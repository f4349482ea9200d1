import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { BrowserRouter, Navigate, Route, Routes } from "react-router";
import { newQueryClient } from "./api/queries";
import { Frame } from "./frame/frame";
import { LogInGate } from "./frame/log-in";
import { NotFound } from "./frame/not-found";
import { JourneyPage, PAGES } from "./pages";
import { LanguageProvider } from "./words/language";

export function App() {
  const [client] = useState(newQueryClient);
  return (
    <LanguageProvider>
      <QueryClientProvider client={client}>
        <BrowserRouter basename="/admin">
          <LogInGate>
            <Routes>
              <Route element={<Frame />}>
                <Route index element={<Navigate to={PAGES[0]!.path} replace />} />
                {PAGES.map(({ path, Page }) => (
                  <Route key={path} path={path} element={<Page />} />
                ))}
                <Route path="/sessions/:sessionId" element={<JourneyPage />} />
                <Route path="*" element={<NotFound />} />
              </Route>
            </Routes>
          </LogInGate>
        </BrowserRouter>
      </QueryClientProvider>
    </LanguageProvider>
  );
}
