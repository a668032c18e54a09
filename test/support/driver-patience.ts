/** How long a stand-in's driver waits for the bot, in milliseconds. Only a hang should take so long, on a busy machine too: how quick the bots are is measured in `bench/`. */
export const DRIVER_PATIENCE_MS = 20_000
