FROM node:24.21-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
COPY scripts/install.mjs scripts/
COPY prisma prisma
COPY prisma.config.ts ./
COPY scripts/prisma-engine.ts scripts/prisma-engine-database.ts scripts/
RUN node scripts/install.mjs
COPY . .
USER node
CMD ["node", "--disable-warning=ExperimentalWarning", "--import", "./main/instrument.ts", "main/main.ts"]
