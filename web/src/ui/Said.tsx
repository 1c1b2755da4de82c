/** What the server says of names: those between `backticks` are shown as such. */
export function Said({ children }: { children: string }) {
  return <>{children.split(/`([^`]+)`/).map((part, n) => (n % 2 === 1 ? <code key={n}>{part}</code> : part))}</>;
}
