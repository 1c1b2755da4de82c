import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { useQuery } from "@tanstack/react-query";

import { Refusal, api, data } from "../api/client";
import { me } from "../api/queries";
import { Button, Field, useTitle } from "../ui/parts";

/** Only addresses of this app: a link cannot lead elsewhere by way of this page. */
function next(params: URLSearchParams): string {
  const path = params.get("next") ?? "/";
  return path.startsWith("/") && !path.startsWith("//") && !path.startsWith("/\\") ? path : "/";
}

export function SignIn() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const known = useQuery(me);
  useTitle("Sign in");
  const signIn = useMutation({
    mutationFn: (body: { name: string; password: string }) => data(api.POST("/api/v1/sign-ins", { body })),
    onSuccess: (who) => {
      client.clear();
      client.setQueryData(me.queryKey, who);
      void navigate(next(params), { replace: true });
    },
  });
  if (known.data) return <Navigate to={next(params)} replace />;
  const error = signIn.error;
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          signIn.mutate({ name: String(form.get("name")), password: String(form.get("password")) });
        }}
      >
        <img src="/icon.svg" alt="" width="44" height="44" />
        <h1>Sign in to lcms</h1>
        <Field label="Name">
          <input name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        </Field>
        <Field label="Password">
          <input name="password" type="password" autoComplete="current-password" required />
        </Field>
        {error ? (
          <p className="form-error" role="alert">
            {error.message}
            {error instanceof Refusal && error.status === 429 && error.problem.hint ? ` – ${error.problem.hint}` : "."}
          </p>
        ) : null}
        <Button type="submit" look="primary" isPending={signIn.isPending}>
          {signIn.isPending ? "Signing in …" : "Sign in"}
        </Button>
      </form>
      <p className="soft">Learning content that is written once, found again and published with confidence.</p>
    </main>
  );
}
