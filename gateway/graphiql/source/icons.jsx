// The icons of our panels, drawn as GraphiQL draws its own.
const Icon = ({ children }) => (
  <svg height="1em" viewBox="0 0 24 20" fill="none" stroke="currentColor" strokeWidth="1.5">
    {children}
  </svg>
);

/** Bars in time. */
export const ExplainIcon = () => (
  <Icon>
    <path d="M3 1v18M6 4h7M9 10h8M15 16h6" strokeLinecap="square" />
  </Icon>
);

/** Three types and their links. */
export const SchemaIcon = () => (
  <Icon>
    <path d="M8 4h4.5v12H16M12.5 10H16" />
    <rect x="1.75" y="1.25" width="6" height="5.5" rx="1" />
    <rect x="16.25" y="7.25" width="6" height="5.5" rx="1" />
    <rect x="16.25" y="14" width="6" height="5" rx="1" />
  </Icon>
);
