// What stands around every page: navigation, the branch looked at, the command palette, shortcuts.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Navigate, NavLink, Outlet, useLocation, useNavigate } from "react-router";

import { Refusal, api } from "../api/client";
import { branches, me } from "../api/queries";
import { Icon, type IconName } from "../ui/icons";
import { Badge, Button, Failure, More, Sheet, Spinner } from "../ui/parts";
import { useAt, useBranch, useGo } from "./branch";
import { useLiveUpdates } from "./live";
import { Palette } from "./Palette";
import { useMayEverywhere } from "./rights";
import { type Shortcut, useShortcuts } from "./shortcuts";
import { useTheme } from "./theme";

interface Place {
  path: string;
  label: string;
  icon: IconName;
  key: string;
}

const PLACES: Place[] = [
  { path: "/", label: "Home", icon: "home", key: "h" },
  { path: "/search", label: "Search", icon: "search", key: "s" },
  { path: "/courses", label: "Courses", icon: "courses", key: "c" },
  { path: "/import", label: "Import", icon: "upload", key: "i" },
  { path: "/branches", label: "Branches", icon: "branch", key: "b" },
  { path: "/deployments", label: "Deployments", icon: "deploy", key: "d" },
];
const ADMIN: Place = { path: "/admin", label: "Admin", icon: "admin", key: "a" };

export function Shell() {
  const known = useQuery(me);
  const location = useLocation();
  useLiveUpdates(known.data !== undefined);
  if (known.error instanceof Refusal && known.error.status === 401) {
    const next = location.pathname + location.search;
    return <Navigate to={next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  if (known.isPending) return <Spinner />;
  if (!known.data) return <Failure error={known.error} retry={() => void known.refetch()} />;
  return <Frame name={known.data.shown} />;
}

function Frame({ name }: { name: string }) {
  const go = useGo();
  const at = useAt();
  const location = useLocation();
  const everywhere = useMayEverywhere();
  const [palette, setPalette] = useState(false);
  const [keys, setKeys] = useState(false);
  const [open, setOpen] = useState(false);
  const places = everywhere("administer") ? [...PLACES, ADMIN] : PLACES;
  const shortcuts: Shortcut[] = [
    { keys: "Ctrl K", does: "Find anything, do anything", run: () => setPalette(true) },
    { keys: "/", does: "Search", run: () => go("/search") },
    { keys: "?", does: "These shortcuts", run: () => setKeys(true) },
    ...places.map((place) => ({ keys: `g ${place.key}`, does: `Go to ${place.label}`, run: () => go(place.path) })),
  ];
  useShortcuts(shortcuts);
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <header className={`side ${open ? "open" : ""}`}>
        <div className="side-head">
          <NavLink to={at("/")} className="brand" onClick={() => setOpen(false)}>
            <img src="/icon.svg" alt="" width="28" height="28" /> lcms
          </NavLink>
          <span className="narrow">
            <Button look="quiet" icon="search" aria-label="Find anything" onPress={() => setPalette(true)} />
            <Button look="quiet" icon={open ? "close" : "menu"} aria-label="Menu" aria-expanded={open} onPress={() => setOpen(!open)} />
          </span>
        </div>
        <div className="side-body">
          <button type="button" className="find" onClick={() => setPalette(true)}>
            <Icon name="search" size={16} /> Find anything <kbd>Ctrl K</kbd>
          </button>
          <nav aria-label="Main">
            {places.map((place) => (
              <NavLink
                key={place.path} to={at(place.path)} end={place.path === "/"} className="place" onClick={() => setOpen(false)}
              >
                <Icon name={place.icon} /> {place.label}
              </NavLink>
            ))}
          </nav>
          <div className="side-foot">
            <BranchSwitch />
            <Who name={name} showKeys={() => setKeys(true)} />
          </div>
        </div>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <BranchNote />
        <Suspense fallback={<Spinner />} key={location.pathname.split("/")[1] ?? ""}>
          <Outlet />
        </Suspense>
      </main>
      {palette ? <Palette places={places} close={() => setPalette(false)} /> : null}
      <Sheet title="Shortcuts" open={keys} onClose={() => setKeys(false)}>
        <dl className="keys">
          {[...shortcuts, ...ELSEWHERE].map((shortcut) => (
            <div key={shortcut.keys + shortcut.does}>
              <dt>{shortcut.keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{shortcut.does}</dd>
            </div>
          ))}
        </dl>
      </Sheet>
    </div>
  );
}

/** Keys of single pages, listed with the rest. */
const ELSEWHERE: Shortcut[] = [
  { keys: "↑ ↓", does: "Search: go through the hits" },
  { keys: "Enter", does: "Search: open the hit" },
  { keys: "Space", does: "Search: pick the hit, while picking" },
  { keys: "Ctrl S", does: "Editor: save" },
  { keys: "Ctrl B", does: "Editor: bold" },
  { keys: "Ctrl I", does: "Editor: italic" },
  { keys: "Alt ↑", does: "Outline: move up" },
  { keys: "Alt ↓", does: "Outline: move down" },
  { keys: "Alt →", does: "Outline: move into the one above" },
  { keys: "Alt ←", does: "Outline: move out" },
  { keys: "Delete", does: "Outline: take out" },
  { keys: "Ctrl Z", does: "Outline: undo" },
];

function BranchSwitch() {
  const branch = useBranch();
  const { data } = useQuery(branches);
  const navigate = useNavigate();
  const location = useLocation();
  const open = data?.items.filter((one) => one.state === "open") ?? [];
  return (
    <label className="switch">
      <Icon name="branch" size={16} />
      <span className="hidden">Branch</span>
      <select
        value={branch ?? "main"}
        onChange={(event) => {
          const query = new URLSearchParams(location.search);
          if (event.target.value === "main") query.delete("branch");
          else query.set("branch", event.target.value);
          void navigate({ pathname: location.pathname, search: query.toString() });
        }}
      >
        {open.some((one) => one.name === (branch ?? "main")) ? null : <option>{branch ?? "main"}</option>}
        {open.map((one) => <option key={one.id}>{one.name}</option>)}
      </select>
    </label>
  );
}

function BranchNote() {
  const branch = useBranch();
  if (!branch) return null;
  return (
    <p className="branch-note">
      <Icon name="branch" size={16} /> You are looking at branch <strong>{branch}</strong>. Edits stay on it until it is merged.
      <Badge tone="accent">not main</Badge>
    </p>
  );
}

function Who({ name, showKeys }: { name: string; showKeys: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const go = useGo();
  const [theme, setTheme] = useTheme();
  const signOut = async () => {
    await api.DELETE("/api/v1/sign-ins/current");
    client.clear();
    void navigate("/sign-in");
  };
  return (
    <div className="who">
      <span className="avatar" aria-hidden="true">{name.slice(0, 1)}</span>
      <span className="who-name">{name}</span>
      <More
        label={`${name}: account and look`}
        choices={[
          { id: "account", label: "Account", icon: "admin", act: () => go("/account") },
          theme === "dark"
            ? { id: "light", label: "Light", icon: "sun", act: () => setTheme("light") }
            : { id: "dark", label: "Dark", icon: "moon", act: () => setTheme("dark") },
          ...(theme === "system" ? [] : [{ id: "system", label: "As the system", act: () => setTheme("system") }]),
          { id: "keys", label: "Shortcuts", icon: "keys", act: showKeys },
          { id: "out", label: "Sign out", icon: "left", act: () => void signOut() },
        ]}
      />
    </div>
  );
}
