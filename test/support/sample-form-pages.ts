import type { ServerApp } from '../../server/server-app.ts'

/** No form and no campaign, for pages that are shown without a database. */
export const SAMPLE_FORM_PAGES: Pick<ServerApp, 'forms' | 'campaigns'> = {
  forms: {
    readAddress: () => ({ ok: false, problem: 'form' }),
    overview: async () => ({ open: [], drafts: [], kept: [] }),
    form: async () => undefined,
    offer: async () => undefined,
    filling: async () => undefined,
    submissions: async () => [],
    submission: async () => undefined,
    upload: async () => undefined,
  },
  campaigns: { find: async () => undefined, list: async () => ({ shown: [], more: 0 }) },
}
