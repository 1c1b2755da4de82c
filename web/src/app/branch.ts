// Which branch is looked at: part of every address, so that an address shows the same to everybody.
import { useCallback } from "react";
import { useNavigate, useSearchParams } from "react-router";

/** The branch looked at; `undefined` for `main`. */
export function useBranch(): string | undefined {
  const [params] = useSearchParams();
  return params.get("branch") ?? undefined;
}

/** An address on the branch looked at. */
export function useAt(): (path: string) => string {
  const branch = useBranch();
  return useCallback(
    (path: string) => {
      if (!branch) return path;
      const [before, after = ""] = path.split("?");
      const query = new URLSearchParams(after);
      query.set("branch", branch);
      return `${before ?? ""}?${query.toString()}`;
    },
    [branch],
  );
}

export function useGo(): (path: string) => void {
  const navigate = useNavigate();
  const at = useAt();
  return useCallback((path: string) => void navigate(at(path)), [navigate, at]);
}
