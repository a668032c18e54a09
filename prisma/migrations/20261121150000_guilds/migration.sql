-- Several servers of one community, and roles of a server that stand for roles of ours. Both are keyed by the platform's ids: names can be copied.
CREATE TABLE guild (
  platform TEXT NOT NULL CHECK (platform IN ('discord', 'telegram', 'console')),
  community_id TEXT NOT NULL CHECK (length(community_id) BETWEEN 1 AND 64),
  served BOOLEAN NOT NULL DEFAULT false,
  language TEXT CHECK (language IN ('en', 'zh')),
  announce_chat_id TEXT CHECK (length(announce_chat_id) BETWEEN 1 AND 64),
  changed_by TEXT NOT NULL,
  changed_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT guild_pkey PRIMARY KEY (platform, community_id)
);

-- The role of an operator is never given by a platform: who administers a server would then administer the community.
CREATE TABLE group_role (
  platform TEXT NOT NULL CHECK (platform IN ('discord', 'telegram', 'console')),
  community_id TEXT NOT NULL CHECK (length(community_id) BETWEEN 1 AND 64),
  group_role_id TEXT NOT NULL CHECK (group_role_id ~ '^[0-9]{1,20}$' AND group_role_id <> community_id),
  role TEXT NOT NULL CHECK (role IN ('host', 'reviewer', 'chair')),
  mapped_by TEXT NOT NULL,
  mapped_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT group_role_pkey PRIMARY KEY (platform, community_id, group_role_id, role)
);
