import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';
import { root } from './config.js';

/** Keeps the tab that is chosen in sight: there may be more than the strip has room for. */
export function ChosenTabInSight() {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  useEffect(() => {
    const strip = root.querySelector('.graphiql-tabs');
    const show = () =>
      strip
        .querySelector('.graphiql-tab-active')
        ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const watcher = new ResizeObserver(show); // which begins with a call
    watcher.observe(strip);
    return () => watcher.disconnect();
  }, [tabs.length, activeTabIndex]);
  return null;
}
