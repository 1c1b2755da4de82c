// Every state that a vocabulary or a schema was in: who put it in place, when and why.
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { useName } from "../../app/rights";
import { Answer, Button, Sheet, Time } from "../../ui/parts";

export function RuleHistory({ name, ask, close }: { name: [what: string, library: string, key: string]; ask: () => Promise<{ items: Schemas["RuleState"][] }>; close: () => void }) {
  const who = useName();
  const [what, library, key] = name;
  const found = useQuery({ queryKey: ["rules", library, what, key, "history"], queryFn: ask });
  return (
    <Sheet title={what === "vocabulary" ? "History of the vocabulary" : "History of what is asked"} open onClose={close}>
      <Answer of={found}>
        {({ items }) => (
          <ul className="touched" tabIndex={0} aria-label="Versions">
            {items.map((one) => (
              <li key={one.version}>
                <p className="touched-name">{one.number}. {one.message || (one.removed ? "taken away" : "without a reason")}</p>
                <p className="soft">{who(one.author)}, <Time at={one.created} /></p>
              </li>
            ))}
          </ul>
        )}
      </Answer>
      <div className="form-foot"><Button onPress={close}>Close</Button></div>
    </Sheet>
  );
}
