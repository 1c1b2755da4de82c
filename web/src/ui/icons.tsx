// Signs of one family: 20 units square, strokes of 1.6, drawn here.
import type { ReactNode } from "react";

const SHAPES = {
  home: <path d="M3 9.5 10 3.5l7 6V16a1 1 0 0 1-1 1h-3.5v-4.5h-5V17H4a1 1 0 0 1-1-1z" />,
  search: <><circle cx="9" cy="9" r="5.5" /><path d="m13.2 13.2 3.8 3.8" /></>,
  courses: <><path d="M10 3 2.5 6.5 10 10l7.5-3.5z" /><path d="M5 8v4.5c0 1.2 2.2 2.5 5 2.5s5-1.3 5-2.5V8" /></>,
  branch: <><circle cx="5.5" cy="4.5" r="2" /><circle cx="5.5" cy="15.5" r="2" /><circle cx="14.5" cy="7" r="2" /><path d="M5.5 6.5v7M14.5 9c0 3-4.5 3.2-8.2 5" /></>,
  deploy: <><path d="M10 12V3M6.5 6.5 10 3l3.5 3.5" /><path d="M3.5 12v4a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-4" /></>,
  admin: <><circle cx="10" cy="6.5" r="3" /><path d="M4 17c0-3 2.6-5 6-5s6 2 6 5" /></>,
  sun: <><circle cx="10" cy="10" r="3.2" /><path d="M10 2.5v1.8M10 15.7v1.8M2.5 10h1.8M15.7 10h1.8M4.7 4.7 6 6M14 14l1.3 1.3M4.7 15.3 6 14M14 6l1.3-1.3" /></>,
  moon: <path d="M16.5 11.5A6.8 6.8 0 0 1 8.5 3.5a6.8 6.8 0 1 0 8 8z" />,
  keys: <><rect x="2.5" y="5" width="15" height="10" rx="1.5" /><path d="M5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7" /></>,
  menu: <path d="M3 5.5h14M3 10h14M3 14.5h14" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  plus: <path d="M10 4v12M4 10h12" />,
  check: <path d="m4 10.5 4 4 8-9" />,
  down: <path d="m5.5 8 4.5 4.5L14.5 8" />,
  right: <path d="m8 5.5 4.5 4.5L8 14.5" />,
  left: <path d="M12 5.5 7.5 10l4.5 4.5" />,
  more: <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.6" />,
  edit: <path d="m12.5 4.5 3 3L7 16l-3.6.6L4 13z" />,
  download: <path d="M10 3v9M6 8.5 10 12.5l4-4M4 16h12" />,
  upload: <path d="M10 13V4M6 7.5 10 3.5l4 4M4 16h12" />,
  trash: <path d="M4 6h12M8 6V4h4v2M5.5 6l.7 10.2a1 1 0 0 0 1 .8h5.6a1 1 0 0 0 1-.8L14.5 6" />,
  undo: <path d="M7 4 3.5 7.5 7 11M4 7.5h7.5a4 4 0 0 1 0 8H8" />,
  comment: <path d="M4 4h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H9l-4 3v-3H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z" />,
  history: <><path d="M3.5 10A6.5 6.5 0 1 0 6 4.9L3.5 7" /><path d="M3.5 3.5V7H7M10 6.5V10l2.5 1.5" /></>,
  uses: <><circle cx="10" cy="15" r="2.2" /><circle cx="4.5" cy="5" r="2.2" /><circle cx="15.5" cy="5" r="2.2" /><path d="m5.8 6.9 3.1 6M14.2 6.9l-3.1 6" /></>,
  code: <path d="m7 6-4 4 4 4M13 6l4 4-4 4" />,
  eye: <><path d="M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z" /><circle cx="10" cy="10" r="2.2" /></>,
  tag: <><path d="M3 9.5V4a1 1 0 0 1 1-1h5.5L17 10.5 10.5 17z" /><path d="M6.5 6.5h.01" /></>,
  link: <path d="M8.5 11.5a3 3 0 0 0 4.2 0l3-3a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-3 3a3 3 0 0 0 4.2 4.2l1-1" />,
  translate: <path d="M3 5h8M7 3v2M9.5 5c0 3-2.5 5.5-5.5 6.5M5 7.5c1 1.8 2.6 3 4.5 3.7M10.5 17l3.2-8 3.3 8M11.7 14.3h4.2" />,
  pin: <path d="M7.5 3h5l-.7 5.5L14.5 11h-9l2.7-2.5zM10 11v6" />,
  warn: <path d="M10 3 2.5 16.5h15zM10 8v4M10 14.3h.01" />,
  bold: <path d="M6 4h5a3 3 0 0 1 0 6H6zM6 10h5.8a3 3 0 0 1 0 6H6z" />,
  italic: <path d="M9 4h5M6 16h5M12 4 8 16" />,
  list: <path d="M7.5 5.5H17M7.5 10H17M7.5 14.5H17M3.5 5.5h.01M3.5 10h.01M3.5 14.5h.01" />,
  ordered: <path d="M8 5.5h9M8 10h9M8 14.5h9M3 4.5l1-.7V7M3 12.6c.3-.8 2-.8 2 .2 0 .8-2 1.2-2 2.4h2.2" />,
  heading: <path d="M5 4v12M13 4v12M5 10h8" />,
  quote: <path d="M4 6h4v4c0 2-1 3.5-3 4M11 6h4v4c0 2-1 3.5-3 4" />,
  table: <path d="M3 4.5h14v11H3zM3 8.5h14M3 12h14M8.5 4.5v11" />,
  note: <><circle cx="10" cy="10" r="7" /><path d="M10 9v4.5M10 6.5h.01" /></>,
  topic: <><path d="M5 3h7l3 3v11H5z" /><path d="M7.5 9.5h5M7.5 12.5h5" /></>,
  asset: <><rect x="3" y="4" width="14" height="12" rx="1.5" /><path d="m3.5 14 4-4 3 3 2.5-2.5 3.5 3.5" /><circle cx="12.8" cy="7.6" r="1" /></>,
  question: <><circle cx="10" cy="10" r="7" /><path d="M7.8 8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M10 14.2h.01" /></>,
  assessment: <><path d="M5 3.5h10v13H5z" /><path d="m7.3 8 1 1 1.7-2M7.3 12.3l1 1 1.7-2M12 8.3h1M12 12.6h1" /></>,
  lesson: <path d="M10 5.5C8 4 5.5 3.8 3 4v11.5c2.5-.2 5 0 7 1.5 2-1.5 4.5-1.7 7-1.5V4c-2.5-.2-5 0-7 1.5zM10 5.5V17" />,
  module: <path d="M3.5 6 10 3l6.5 3v8L10 17l-6.5-3zM3.5 6 10 9l6.5-3M10 9v8" />,
  course: <><path d="M10 3 2.5 6.5 10 10l7.5-3.5z" /><path d="M5 8v4.5c0 1.2 2.2 2.5 5 2.5s5-1.3 5-2.5V8M17.5 6.5v5" /></>,
  web_package: <><rect x="3" y="4" width="14" height="12" rx="1.5" /><path d="M3 7.5h14M5.3 5.8h.01M7.3 5.8h.01" /></>,
  objective: <><circle cx="10" cy="10" r="7" /><circle cx="10" cy="10" r="3.2" /><path d="M10 10h.01" /></>,
  profile: <path d="M4 6h8M15 6h1M4 10h2M9 10h7M4 14h6M13 14h3M12 4.5v3M6 8.5v3M10 12.5v3" />,
  variable_set: <path d="M7 4C5 4 5 5.5 5 7s0 3-1.8 3C5 10 5 11.5 5 13s0 3 2 3M13 4c2 0 2 1.5 2 3s0 3 1.8 3c-1.8 0-1.8 1.5-1.8 3s0 3-2 3" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon" width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor"
      strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false"
    >
      {SHAPES[name]}
    </svg>
  );
}
