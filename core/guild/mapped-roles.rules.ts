import type { Role } from '../shared/actor.ts'

/** Our roles that a role of a server may stand for. Not the operator's: who administers a server would then administer the community. */
export const MAPPABLE = ['host', 'reviewer', 'chair'] as const satisfies readonly Role[]
export type MappableRole = (typeof MAPPABLE)[number]

/** A role of a server, by the platform's id, and the role of ours that it stands for. */
export interface RoleMapping {
  readonly groupRoleId: string
  readonly role: MappableRole
}

/** As many as a server may have; more would make every look-up of a member slower. */
export const MAX_MAPPINGS = 50

/**
 * The roles of a member who acts in a place: those that our database grants, and those that the roles of the account in this very server stand for.
 * @param groupRoles ids of the roles that the platform says the account has there now; a removed one gives nothing from the next command on
 */
export function rolesInPlace(
  granted: readonly Role[],
  mappings: readonly RoleMapping[],
  groupRoles: readonly string[] | undefined,
): ReadonlySet<Role> {
  const held = new Set(groupRoles)
  return new Set<Role>(['member', ...granted, ...mappings.filter(({ groupRoleId }) => held.has(groupRoleId)).map(({ role }) => role)])
}
