// Small parts that every page uses.
import { type ReactNode, createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import {
  Button as AriaButton, type ButtonProps, Dialog, Heading, Menu, MenuItem, MenuTrigger, Modal, ModalOverlay, Popover,
} from "react-aria-components";
import { Link as RouterLink, useNavigate } from "react-router";

import { Refusal, type Schemas } from "../api/client";
import type { Kind, State } from "../api/queries";
import { useAt } from "../app/branch";
import { Icon, type IconName } from "./icons";
import { KIND, STATE, STATE_TONE, type Tone, ago, marked } from "./words";

type Look = "primary" | "plain" | "quiet" | "danger";

export function Button({
  look = "plain", icon, children, small, ...props
}: Omit<ButtonProps, "className" | "children"> & { look?: Look; icon?: IconName; small?: boolean; children?: ReactNode }) {
  return (
    <AriaButton {...props} className={`button ${look} ${small ? "small" : ""} ${children ? "" : "bare"}`}>
      {icon ? <Icon name={icon} size={small ? 16 : 18} /> : null}
      {children}
    </AriaButton>
  );
}

/** A link that stays on the branch looked at. */
export function Link({ to, children, ...rest }: { to: string; children: ReactNode; className?: string; title?: string; "aria-label"?: string; "aria-current"?: "page"; onClick?: () => void }) {
  const at = useAt();
  return <RouterLink to={at(to)} {...rest}>{children}</RouterLink>;
}

export function LinkButton({ to, look = "plain", icon, children }: { to: string; look?: Look; icon?: IconName; children: ReactNode }) {
  return (
    <Link to={to} className={`button ${look}`}>
      {icon ? <Icon name={icon} /> : null}
      {children}
    </Link>
  );
}

export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** What is live is no longer the newest there is: a newer release, or edits since. */
export function Behind({ stale }: { stale: Schemas["RegisterRow"]["stale"] }) {
  if (!stale) return null;
  const newest = stale.newest;
  return <Badge tone="heed">{newest ? `${newest.label ?? `#${String(newest.number)}`} is newer` : "edited since"}</Badge>;
}

export function StateBadge({ state }: { state: State }) {
  return <Badge tone={STATE_TONE[state]}>{STATE[state]}</Badge>;
}

export function KindIcon({ kind, size = 18 }: { kind: string; size?: number }) {
  const known = kind in KIND ? (kind as Kind) : "topic";
  return <span className={`kind kind-${known}`} title={KIND[known]}><Icon name={known} size={size} /></span>;
}

export function Time({ at }: { at: string }) {
  return <time dateTime={at} title={new Date(at).toLocaleString()}>{ago(at)}</time>;
}

export function Marked({ html }: { html: string }) {
  return <>{marked(html).map((run, n) => (run.mark ? <mark key={n}>{run.text}</mark> : run.text))}</>;
}

/** Says which of a component's files a snippet is from, or that people said it. */
export function FoundIn({ source }: { source: "captions" | "file" | "comments" | null | undefined }) {
  return source ? <span className="found-in">{{ captions: "Captions", file: "In the file", comments: "Comments" }[source]}</span> : null;
}

export function Spinner({ label = "Loading" }: { label?: string }) {
  return <div className="spinner" role="status" aria-label={label}><span /></div>;
}

/** What stands where nothing does. */
export function Empty({ icon = "search", title, children }: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={30} />
      <p className="empty-title">{title}</p>
      {children ? <div className="empty-text">{children}</div> : null}
    </div>
  );
}

/** Why something did not work, with what to do about it. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const refusal = error instanceof Refusal ? error : undefined;
  const title =
    refusal?.status === 404 ? "There is nothing here, or you may not see it"
    : refusal?.status === 403 ? "You may not do this"
    : refusal?.problem.title ?? "This did not work";
  return (
    <div className="failure" role="alert">
      <Icon name="warn" size={22} />
      <div>
        <p className="failure-title">{title}</p>
        <p>{error instanceof Error ? error.message : "Something unexpected happened."}</p>
        {refusal?.problem.hint ? <p className="soft">{refusal.problem.hint}</p> : null}
        <Violations of={refusal} />
        {retry ? <Button small onPress={retry}>Try again</Button> : null}
      </div>
    </div>
  );
}

export function Violations({ of }: { of: Refusal | undefined }) {
  const violations = of?.problem.violations ?? [];
  if (violations.length === 0) return null;
  return (
    <ul className="violations">
      {violations.map((violation, n) => (
        <li key={n}>
          {violation.message}
          {violation.pointer ? <code>{violation.pointer}{violation.line ? `:${String(violation.line)}` : ""}</code> : null}
        </li>
      ))}
    </ul>
  );
}

/** The states of a question to the server, and its answer. */
export function Answer<T>({
  of, children, loading,
}: {
  of: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  children: (data: T) => ReactNode;
  loading?: ReactNode;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.isPending) return <>{loading ?? <Spinner />}</>;
  return <Failure error={of.error} retry={() => void of.refetch()} />;
}

export function Page({ title, actions, children, crumbs, wide }: { title: ReactNode; actions?: ReactNode; crumbs?: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className={`page ${wide ? "wide" : ""}`}>
      <header className="page-head">
        <div>
          {crumbs ? <p className="crumbs">{crumbs}</p> : null}
          <h1>{title}</h1>
        </div>
        {actions ? <div className="actions">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · lcms` : "lcms";
  }, [title]);
}

export function Panel({ title, actions, children, flush }: { title: string; actions?: ReactNode; children: ReactNode; flush?: boolean }) {
  return (
    <section className={`panel ${flush ? "flush" : ""}`}>
      <header><h2>{title}</h2>{actions}</header>
      {children}
    </section>
  );
}

/** A field with its label above it, and what is wrong with it below. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <label className="field">
      <span className="label">{label}</span>
      {children}
      {hint ? <span className="hint">{hint}</span> : null}
    </label>
  );
}

export function Sheet({
  title, open, onClose, children, wide,
}: { title: string; open: boolean; onClose: () => void; children: ReactNode; wide?: boolean }) {
  return (
    <ModalOverlay isOpen={open} onOpenChange={(is) => !is && onClose()} isDismissable className="overlay">
      <Modal className={`modal ${wide ? "wide" : ""}`}>
        <Dialog className="dialog">
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface Choice {
  id: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  act: () => void;
}

export function More({ label, choices, icon = "more", children }: { label: string; choices: Choice[]; icon?: IconName; children?: ReactNode }) {
  return (
    <MenuTrigger>
      <Button look="quiet" icon={icon} aria-label={label}>{children}</Button>
      <Popover className="popover">
        <Menu className="menu" onAction={(id) => choices.find((choice) => choice.id === id)?.act()}>
          {choices.map((choice) => (
            <MenuItem key={choice.id} id={choice.id} className={`menu-item ${choice.danger ? "danger" : ""}`}>
              {choice.icon ? <Icon name={choice.icon} size={16} /> : null}
              {choice.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

export interface Tab {
  path: string;
  label: string;
  icon?: IconName;
  count?: number;
}

/** Tabs that are addresses. */
export function Tabs({ base, tabs, current, label }: { base: string; tabs: Tab[]; current: string; label: string }) {
  const row = useRef<HTMLElement>(null);
  // A row that is wider than the window shows where one is.
  useLayoutEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current && tab) row.current.scrollLeft = tab.offsetLeft - (row.current.clientWidth - tab.offsetWidth) / 2;
  }, [current]);
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <TabLink key={tab.path} base={base} tab={tab} current={tab.path === current} />
      ))}
    </nav>
  );
}

function TabLink({ base, tab, current }: { base: string; tab: Tab; current: boolean }) {
  const at = useAt();
  return (
    <RouterLink to={at(tab.path ? `${base}/${tab.path}` : base)} className="tab" aria-current={current ? "page" : undefined} replace>
      {tab.icon ? <Icon name={tab.icon} size={16} /> : null}
      {tab.label}
      {tab.count ? <span className="tab-count">{tab.count}</span> : null}
    </RouterLink>
  );
}

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  undo?: () => void;
}
type Say = (text: string, more?: { tone?: "plain" | "bad"; undo?: () => void }) => void;
const ToastContext = createContext<Say>(() => undefined);
const TOAST_FOR = 7000;

/** Says what happened at the edge of the page, with a way back where there is one. */
export function useSay(): Say & { failed: (error: unknown) => void } {
  const say = useContext(ToastContext);
  return useMemo(
    () =>
      Object.assign((...given: Parameters<Say>) => say(...given), {
        failed: (error: unknown) => say(error instanceof Error ? error.message : "This did not work.", { tone: "bad" }),
      }),
    [say],
  );
}

export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>((text, { tone = "plain", undo } = {}) => {
    next.current += 1;
    const id = next.current;
    setToasts((all) => [...all.slice(-2), { id, text, tone, ...(undo ? { undo } : {}) }]);
    setTimeout(() => close(id), TOAST_FOR);
  }, [close]);
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={`toast ${toast.tone}`}>
            <span>{toast.text}</span>
            {toast.undo ? (
              <Button small look="quiet" icon="undo" onPress={() => { toast.undo?.(); close(toast.id); }}>Undo</Button>
            ) : null}
            <Button small look="quiet" icon="close" aria-label="Close" onPress={() => close(toast.id)} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

/** A page that others wrote, in a frame where nothing runs. Links to components open in the app. */
export function Preview({ src, html, title, selected }: { src?: string; html?: string; title: string; selected?: (quote: Quote | undefined) => void }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const navigate = useNavigate();
  const at = useAt();
  const ready = useCallback(() => {
    const inside = frame.current?.contentDocument;
    if (!inside) return;
    inside.addEventListener("click", (event) => {
      const link = (event.target as Element | null)?.closest?.("a[href]");
      const href = link?.getAttribute("href") ?? "";
      if (!link || href.startsWith("#")) return;
      event.preventDefault();
      if (href.startsWith("/components/")) void navigate(at(href));
      else if (/^https?:/.test(href)) window.open(href, "_blank", "noopener,noreferrer");
    });
    const select = () => selected?.(quoteOf(inside));
    inside.addEventListener("mouseup", select);
    inside.addEventListener("keyup", select);
  }, [navigate, at, selected]);
  return (
    <iframe
      ref={frame} className="preview" title={title} sandbox="allow-same-origin" referrerPolicy="no-referrer" onLoad={ready}
      {...(html === undefined ? { src } : { srcDoc: html })}
    />
  );
}

export interface Quote {
  quote: string;
  before: string;
}

function quoteOf(inside: Document): Quote | undefined {
  const selection = inside.getSelection();
  const quote = selection?.toString().trim().slice(0, 1000) ?? "";
  if (!selection || !quote) return undefined;
  const range = selection.getRangeAt(0);
  const before = (range.startContainer.textContent ?? "").slice(0, range.startOffset).slice(-60);
  return { quote, before };
}
