// Searches that people keep: found where they are used, with what is new in each.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { savedSearches } from "../../api/queries";
import { useName } from "../../app/rights";
import { Button, type Choice, Failure, Field, Link, More, Sheet, useSay } from "../../ui/parts";
import { count } from "../../ui/words";
import { WebhookSheet } from "./Webhook";
import { type Saved, type Words, addressOf, same, summary } from "./asked";

const NEWS_EVERY = 30_000;

export function useSavedSearches() {
  return useQuery({ ...savedSearches, refetchInterval: NEWS_EVERY });
}

/** How many are new, as people say it. */
function news(n: number): string {
  return n > 99 ? "99+" : String(n);
}

/** The list beside the filters. */
export function SavedList({ open }: { open: string | undefined }) {
  const list = useSavedSearches();
  const name = useName();
  const [chosen, choose] = useState<{ saved: Saved; what: "rename" | "feed" | "webhook" }>();
  const say = useSay();
  const client = useQueryClient();
  const changed = () => void client.invalidateQueries({ queryKey: ["saved-searches"] });
  const remove = (saved: Saved) => {
    const again: Schemas["NewSavedSearch"] = { name: saved.name, search: saved.search, shared: saved.shared };
    const undo = () => void api.POST("/api/v1/saved-searches", { body: again }).then(changed, say.failed);
    api.DELETE("/api/v1/saved-searches/{search}", { params: { path: { search: saved.id } } }).then(() => {
      changed();
      say(saved.has_feed ? `“${saved.name}” is gone, and its feed.` : `“${saved.name}” is gone.`, { undo });
    }, say.failed);
  };
  const share = (saved: Saved) => {
    const put = (shared: boolean) => api.PUT("/api/v1/saved-searches/{search}", { params: { path: { search: saved.id } }, body: { name: saved.name, search: saved.search, shared } });
    put(!saved.shared).then(() => {
      changed();
      say(saved.shared ? "Only you see it now." : "Everybody sees it now; each finds what they may read.", { undo: () => void put(saved.shared).then(changed, say.failed) });
    }, say.failed);
  };
  const items = list.data?.items ?? [];
  if (list.isError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  if (items.length === 0) return null;
  const choices = (saved: Saved): Choice[] => [
    { id: "rename", label: "Rename …", icon: "edit", act: () => choose({ saved, what: "rename" }) },
    { id: "share", label: saved.shared ? "Keep to myself" : "Share with everybody", icon: "uses", act: () => share(saved) },
    { id: "feed", label: "Feed …", icon: "link", act: () => choose({ saved, what: "feed" }) },
    { id: "webhook", label: "Webhook …", icon: "link", act: () => choose({ saved, what: "webhook" }) },
    { id: "delete", label: "Delete", icon: "trash", danger: true, act: () => remove(saved) },
  ];
  return (
    <section className="saved" aria-label="Saved searches">
      <h2>Saved searches</h2>
      <ul>
        {items.map((saved) => (
          <li key={saved.id} className={saved.id === open ? "open" : ""}>
            <Link to={addressOf(saved)} {...(saved.id === open ? { "aria-current": "page" as const } : {})} title={summary(saved.search)}>
              <span className="saved-name">{saved.name}</span>
              {saved.own ? null : <span className="soft saved-owner">{name(saved.owner)}</span>}
              {saved.new ? <span className="tab-count" title={count(saved.new, "new component")}>{news(saved.new)}<span className="hidden"> new</span></span> : null}
            </Link>
            {saved.own ? <More label={`${saved.name}: rename, share, feed, webhook, delete`} choices={choices(saved)} /> : null}
          </li>
        ))}
      </ul>
      {chosen?.what === "rename" ? <Keep saved={chosen.saved} words={chosen.saved.search} close={() => choose(undefined)} /> : null}
      {chosen?.what === "feed" ? <Feed saved={items.find((one) => one.id === chosen.saved.id) ?? chosen.saved} close={() => choose(undefined)} /> : null}
      {chosen?.what === "webhook" ? <WebhookSheet saved={items.find((one) => one.id === chosen.saved.id) ?? chosen.saved} close={() => choose(undefined)} /> : null}
    </section>
  );
}

/** What the search that is open is, and what can be done with what is asked now. */
export function SaveButton({ words, saved, kept }: { words: Words; saved: Saved | undefined; kept: (saved: Saved) => void }) {
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const say = useSay();
  const update = useMutation({
    mutationFn: (search: Words) => data(api.PUT("/api/v1/saved-searches/{search}", { params: { path: { search: saved?.id ?? "" } }, body: { name: saved?.name ?? "", search, shared: saved?.shared ?? false } })),
    onSuccess: (now) => {
      const before = saved?.search;
      void client.invalidateQueries({ queryKey: ["saved-searches"] });
      say(`“${now.name}” asks for this now.`, before ? { undo: () => update.mutate(before) } : {});
    },
    onError: say.failed,
  });
  if (saved && same(saved.search, words)) return null;
  return (
    <>
      {saved?.own ? <Button icon="check" isDisabled={update.isPending} onPress={() => update.mutate(words)}>Keep change</Button> : null}
      <Button icon="pin" onPress={() => setOpen(true)}>{saved ? "Save as new" : "Save"}</Button>
      {open ? <Keep words={words} close={() => setOpen(false)} kept={kept} /> : null}
    </>
  );
}

/** Gives a search a name: a new one, or one that is there. */
function Keep({ saved, words, close, kept }: { saved?: Saved; words: Words; close: () => void; kept?: (saved: Saved) => void }) {
  const client = useQueryClient();
  const say = useSay();
  const keep = useMutation({
    mutationFn: (body: Schemas["NewSavedSearch"]) =>
      saved
        ? data(api.PUT("/api/v1/saved-searches/{search}", { params: { path: { search: saved.id } }, body }))
        : data(api.POST("/api/v1/saved-searches", { body })),
    onSuccess: (now) => {
      void client.invalidateQueries({ queryKey: ["saved-searches"] });
      close();
      if (!saved) say(`“${now.name}” is saved. What is new in it is counted from now on.`);
      else if (saved.name !== now.name) {
        const back = { name: saved.name, search: saved.search, shared: saved.shared };
        const undo = () => void api.PUT("/api/v1/saved-searches/{search}", { params: { path: { search: saved.id } }, body: back })
          .then(() => client.invalidateQueries({ queryKey: ["saved-searches"] }), say.failed);
        say(`It is called “${now.name}” now.`, { undo });
      }
      kept?.(now);
    },
  });
  return (
    <Sheet title={saved ? "Rename this search" : "Save this search"} open onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          keep.mutate({ name: String(form.get("name")), search: words, shared: form.get("shared") === "on" });
        }}
      >
        <p className="soft">It finds {summary(words)}.</p>
        <Field label="Name"><input name="name" required maxLength={200} autoFocus defaultValue={saved?.name ?? words.q ?? ""} /></Field>
        <label className="check"><input type="checkbox" name="shared" defaultChecked={saved?.shared ?? false} /> Everybody sees it; each finds what they may read</label>
        {keep.isError ? <Failure error={keep.error} /> : null}
        <div className="form-foot"><Button onPress={close}>Cancel</Button><Button type="submit" look="primary" isDisabled={keep.isPending}>{saved ? "Rename" : "Save"}</Button></div>
      </form>
    </Sheet>
  );
}

/** The address under which a feed reader finds what is new. */
function Feed({ saved, close }: { saved: Saved; close: () => void }) {
  const client = useQueryClient();
  const say = useSay();
  const path = { search: saved.id };
  const changed = () => void client.invalidateQueries({ queryKey: ["saved-searches"] });
  const openFeed = useMutation({ mutationFn: () => data(api.POST("/api/v1/saved-searches/{search}/feed", { params: { path } })), onSuccess: changed });
  const closeFeed = useMutation({
    mutationFn: () => data(api.DELETE("/api/v1/saved-searches/{search}/feed", { params: { path } })),
    onSuccess: () => { changed(); openFeed.reset(); say("The address opens nothing any more."); },
  });
  const address = openFeed.data ? location.origin + openFeed.data.path : undefined;
  return (
    <Sheet title={`Feed of “${saved.name}”`} open onClose={close}>
      {address ? (
        <>
          <p>Give this address to a feed reader. It holds a secret, is not kept and never shown again.</p>
          <pre className="secret" tabIndex={0} aria-label="Address of the feed">{address}</pre>
          <div className="form-foot">
            <Button onPress={() => void navigator.clipboard.writeText(address).then(() => say("Copied."), say.failed)}>Copy</Button>
            <Button look="primary" onPress={close}>Done</Button>
          </div>
        </>
      ) : (
        <>
          <p>
            A feed reader shows what is new in this search without signing in, as far as you may read it.{" "}
            {saved.has_feed ? "It has an address, which only you know. A new one takes its place." : "Its address holds a secret that opens nothing else."}
          </p>
          {openFeed.isError || closeFeed.isError ? <Failure error={openFeed.error ?? closeFeed.error} /> : null}
          <div className="form-foot">
            {saved.has_feed ? <Button look="danger" isDisabled={closeFeed.isPending} onPress={() => closeFeed.mutate()}>Take the address away</Button> : <Button onPress={close}>Cancel</Button>}
            <Button look="primary" isDisabled={openFeed.isPending} onPress={() => openFeed.mutate()}>{saved.has_feed ? "Make a new address" : "Make an address"}</Button>
          </div>
        </>
      )}
    </Sheet>
  );
}
