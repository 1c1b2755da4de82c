// The page as learners see it, with what reviewers say beside it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Schemas, api, data } from "../../api/client";
import { comments, me, on } from "../../api/queries";
import { useBranch } from "../../app/branch";
import { useMay, useName } from "../../app/rights";
import { Answer, Badge, Button, type Choice, Failure, More, Preview, type Quote, Time, useSay } from "../../ui/parts";
import { Alike } from "./Alike";
import type { View } from "./ComponentPage";

type Comment = Schemas["CommentView"];

export function Overview({ view }: { view: View }) {
  const branch = useBranch();
  const [quote, setQuote] = useState<Quote>();
  const query = new URLSearchParams(on(branch)).toString();
  const source = `/api/v1/components/${view.component.id}@${String(view.revision.number)}/proof${query ? `?${query}` : ""}`;
  return (
    <div className="overview">
      <div className="paper">
        <Preview src={source} title="How it looks" selected={setQuote} />
      </div>
      <div className="overview-side">
        <Comments view={view} quote={quote} drop={() => setQuote(undefined)} />
        <Alike component={view.component.id} />
      </div>
    </div>
  );
}

function Comments({ view, quote, drop }: { view: View; quote: Quote | undefined; drop: () => void }) {
  const list = useQuery(comments(view.component.id));
  const may = useMay();
  const [resolved, setResolved] = useState(false);
  const allowed = may("review", view.component.library) || may("write", view.component.library);
  return (
    <aside className="comments" aria-label="Comments">
      <Answer of={list}>
        {({ items }) => {
          const threads = items.filter((comment) => !comment.thread);
          const shown = threads.filter((thread) => resolved || !thread.resolved);
          const hidden = threads.length - threads.filter((thread) => !thread.resolved).length;
          return (
            <>
              <header>
                <h2>Comments</h2>
                {hidden > 0 ? (
                  <Button small look="quiet" onPress={() => setResolved(!resolved)}>{resolved ? "Hide resolved" : `${String(hidden)} resolved`}</Button>
                ) : null}
              </header>
              {allowed ? <NewComment view={view} quote={quote} done={drop} /> : null}
              {shown.length === 0 ? (
                <p className="soft pad-y">{allowed ? "Nothing is said yet. Select words in the page to comment on them." : "Nothing is said yet."}</p>
              ) : (
                <ul className="threads">
                  {shown.map((thread) => (
                    <li key={thread.id} className={`thread ${thread.resolved ? "resolved" : ""}`}>
                      {thread.anchor ? <blockquote>{thread.anchor.quote}</blockquote> : null}
                      <One comment={thread} view={view} allowed={allowed} />
                      {items.filter((reply) => reply.thread === thread.id).map((reply) => (
                        <One key={reply.id} comment={reply} view={view} allowed={allowed} />
                      ))}
                      {allowed && !thread.resolved ? <NewComment view={view} replyTo={thread.id} /> : null}
                    </li>
                  ))}
                </ul>
              )}
            </>
          );
        }}
      </Answer>
    </aside>
  );
}

function useChanged(view: View) {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["component", view.component.id, "comments"] });
}

function NewComment({ view, quote, replyTo, done }: { view: View; quote?: Quote | undefined; replyTo?: string; done?: () => void }) {
  const branch = useBranch();
  const changed = useChanged(view);
  const [text, setText] = useState("");
  const [open, setOpen] = useState(replyTo === undefined);
  const add = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/components/{reference}/comments", {
          params: { path: { reference: `${view.component.id}@${String(view.revision.number)}` }, query: on(branch) },
          body: { text, ...(quote ? { anchor: quote } : {}), ...(replyTo ? { reply_to: replyTo } : {}) },
        }),
      ),
    onSuccess: () => {
      setText("");
      setOpen(replyTo === undefined);
      done?.();
      changed();
    },
  });
  if (!open) return <Button small look="quiet" onPress={() => setOpen(true)}>Reply</Button>;
  return (
    <form
      className="new-comment"
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      {quote ? (
        <blockquote>
          {quote.quote} <Button small look="quiet" icon="close" aria-label="About the whole page instead" onPress={() => done?.()} />
        </blockquote>
      ) : null}
      <textarea
        rows={replyTo ? 2 : 3} value={text} onChange={(event) => setText(event.target.value)}
        aria-label={replyTo ? "Reply" : "Comment"} placeholder={replyTo ? "Reply" : `Comment on @${String(view.revision.number)}`}
        onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim()) add.mutate(); }}
      />
      {add.isError ? <Failure error={add.error} /> : null}
      {text.trim() ? (
        <div className="form-foot">
          <Button small onPress={() => { setText(""); setOpen(replyTo === undefined); }}>Cancel</Button>
          <Button small look="primary" type="submit" isDisabled={add.isPending}>{replyTo ? "Reply" : "Comment"}</Button>
        </div>
      ) : null}
    </form>
  );
}

function One({ comment, view, allowed }: { comment: Comment; view: View; allowed: boolean }) {
  const name = useName();
  const say = useSay();
  const changed = useChanged(view);
  const { data: who } = useQuery(me);
  const [text, setText] = useState<string>();
  const path = { comment: comment.id };
  const own = who?.id === comment.author;
  const change = (body: Schemas["ChangeComment"]) =>
    api.PATCH("/api/v1/comments/{comment}", { params: { path }, body }).then(changed, say.failed);
  const remove = () => api.DELETE("/api/v1/comments/{comment}", { params: { path } }).then(changed, say.failed);
  const choices: Choice[] = [
    ...(own ? [{ id: "edit", label: "Edit", icon: "edit" as const, act: () => setText(comment.text) }] : []),
    ...(own ? [{ id: "delete", label: "Delete", icon: "trash" as const, danger: true, act: () => void remove() }] : []),
  ];
  return (
    <article className="comment">
      <header>
        <span className="avatar small" aria-hidden="true">{name(comment.author).slice(0, 1)}</span>
        <strong>{name(comment.author)}</strong>
        <span className="soft"><Time at={comment.created} />{comment.edited ? ", edited" : ""}</span>
        {!comment.thread && comment.number !== view.revision.number ? <Badge>on @{comment.number}</Badge> : null}
        <span className="spring" />
        {allowed && !comment.thread ? (
          <Button
            small look="quiet" icon={comment.resolved ? "undo" : "check"} aria-label={comment.resolved ? "Open again" : "Resolve"}
            onPress={() => void change({ resolved: !comment.resolved })}
          />
        ) : null}
        {choices.length > 0 ? <More label="More about this comment" choices={choices} /> : null}
      </header>
      {text === undefined ? (
        <p className="comment-text">{comment.text}</p>
      ) : (
        <form
          className="new-comment"
          onSubmit={(event) => {
            event.preventDefault();
            void change({ text }).then(() => setText(undefined));
          }}
        >
          <textarea rows={3} autoFocus aria-label="Comment" value={text} onChange={(event) => setText(event.target.value)} />
          <div className="form-foot">
            <Button small onPress={() => setText(undefined)}>Cancel</Button>
            <Button small look="primary" type="submit" isDisabled={!text.trim()}>Save</Button>
          </div>
        </form>
      )}
      {comment.resolved && comment.resolved_by ? <p className="soft">Resolved by {name(comment.resolved_by)} <Time at={comment.resolved} /></p> : null}
    </article>
  );
}
