/**
 * Endings that mean something else in every network, or nothing (RFC 2606, 6761, 6762, 7686, 8375), and the names of addresses. Behind `example`, which is kept
 * for documentation, nothing is hidden.
 */
const RESERVED = /(?:^|\.)(?:localhost|local|internal|lan|home|corp|home\.arpa|in-addr\.arpa|ip6\.arpa|test|invalid|onion)$/

/** Whether a host, as `URL` writes it, is an address and no name. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || /^[\d.]+$/.test(host)
}

/** Whether a host is a name of the public internet: it has a dot, and none of the endings that are kept for homes and machines. */
export function isPublicName(host: string): boolean {
  const name = host.replace(/\.$/, '')
  return !isAddress(host) && name.includes('.') && !RESERVED.test(name)
}
