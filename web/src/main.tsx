/* Where the pages begin: looks, then what they know, then the way to each of them. */
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { pendingQuery, selfQuery } from './api/queries.ts';
import { isWorthAnother } from './api/retry.ts';
import { router } from './app/router.tsx';
import { schemeManager } from './app/settings.ts';
import './looks/fonts.css';
import './looks/mantine.css';
import './looks/tokens.css';
import './looks/base.css';
import './looks/parts.css';
import { theme } from './looks/theme.ts';

const client = new QueryClient({
  defaultOptions: { queries: { retry: isWorthAnother, staleTime: 5_000, refetchOnWindowFocus: true } },
});

// Who asks and what waits are asked for at once: what waits is not shown before it is known who asks, but it need not begin after it.
void client.prefetchQuery(selfQuery);
void client.prefetchQuery(pendingQuery);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    {/* Nothing is put into the document as a style: the page's policy takes none. The variables are in tokens.css. */}
    <MantineProvider
      theme={theme}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses={false}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
