import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, Suspense, lazy } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-aria-components";
import { BrowserRouter, Route, Routes, useHref, useNavigate } from "react-router";

import { Refusal } from "./api/client";
import { Shell } from "./app/Shell";
import { SignIn } from "./pages/SignIn";
import { Empty, LinkButton, Spinner, Toasts } from "./ui/parts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/pages.css";
import "./styles/search.css";
import "./styles/finding.css";
import "./styles/metadata.css";
import "./styles/home.css";
import "./styles/component.css";
import "./styles/builder.css";
import "./styles/editor.css";

const Home = lazy(() => import("./pages/Home"));
const Search = lazy(() => import("./pages/search/Search"));
const Edits = lazy(() => import("./pages/search/Edits"));
const Courses = lazy(() => import("./pages/Courses"));
const ComponentPage = lazy(() => import("./pages/component/ComponentPage"));
const Editor = lazy(() => import("./editor/EditorPage"));
const Builder = lazy(() => import("./builder/BuilderPage"));
const Release = lazy(() => import("./pages/release/ReleasePage"));
const Branches = lazy(() => import("./pages/Branches"));
const Branch = lazy(() => import("./pages/Branch"));
const Report = lazy(() => import("./pages/Report"));
const LibraryWords = lazy(() => import("./pages/library/LibraryPage"));
const Import = lazy(() => import("./pages/Import"));
const Deployments = lazy(() => import("./pages/Deployments"));
const Admin = lazy(() => import("./pages/admin/Admin"));
const Account = lazy(() => import("./pages/Account"));

/** Whoever is not signed in any more finds the way back after signing in again. */
function over(error: unknown) {
  if (error instanceof Refusal && error.status === 401) void client.invalidateQueries({ queryKey: ["me"] });
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error, query) => { if (query.queryKey[0] !== "me") over(error); } }),
  mutationCache: new MutationCache({ onError: over }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => !(error instanceof Refusal && error.status < 500) && failures < 2,
    },
  },
});

function Everything() {
  const navigate = useNavigate();
  return (
    <RouterProvider navigate={(path) => void navigate(path)} useHref={useHref}>
      <Toasts>
        <Suspense fallback={<Spinner />}>
          <Routes>
            <Route path="/sign-in" element={<SignIn />} />
            <Route element={<Shell />}>
              <Route index element={<Home />} />
              <Route path="/search" element={<Search />} />
              <Route path="/edits" element={<Edits />} />
              <Route path="/courses" element={<Courses />} />
              <Route path="/new" element={<Editor />} />
              <Route path="/components/:reference/edit" element={<Editor />} />
              <Route path="/components/:reference/outline" element={<Builder />} />
              <Route path="/components/:reference/:tab?" element={<ComponentPage />} />
              <Route path="/releases/:release" element={<Release />} />
              <Route path="/branches" element={<Branches />} />
              <Route path="/branches/:name" element={<Branch />} />
              <Route path="/reports/:library/:list" element={<Report />} />
              <Route path="/libraries/:library/:tab?/:name?" element={<LibraryWords />} />
              <Route path="/import" element={<Import />} />
              <Route path="/deployments" element={<Deployments />} />
              <Route path="/admin/:tab?" element={<Admin />} />
              <Route path="/account" element={<Account />} />
              <Route
                path="*"
                element={
                  <Empty icon="search" title="There is no such page">
                    <LinkButton to="/" look="primary">Go home</LinkButton>
                  </Empty>
                }
              />
            </Route>
          </Routes>
        </Suspense>
      </Toasts>
    </RouterProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <BrowserRouter>
          <Everything />
        </BrowserRouter>
      </QueryClientProvider>
    </StrictMode>,
  );
}
