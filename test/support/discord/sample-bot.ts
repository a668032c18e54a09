import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  Client,
  ContainerBuilder,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js'
import type { DiscordFake } from './discord-fake.ts'

/** The commands of the bot below: one of each shape the fake must understand. */
export const sampleCommands = [
  new SlashCommandBuilder()
    .setName('pos')
    .setDescription('Participation')
    .setNameLocalizations({ ru: 'баллы', 'zh-CN': '积分' })
    .addSubcommandGroup((group) =>
      group
        .setName('event')
        .setDescription('Events')
        .addSubcommand((sub) =>
          sub
            .setName('create')
            .setDescription('Create an event')
            .addStringOption((option) => option.setName('title').setDescription('Title').setRequired(true).setMaxLength(40))
            .addIntegerOption((option) => option.setName('points').setDescription('Points').setMinValue(1).setMaxValue(100))
            .addUserOption((option) => option.setName('host').setDescription('Host')),
        ),
    )
    .addSubcommand((sub) => sub.setName('card').setDescription('A card with components'))
    .addSubcommand((sub) => sub.setName('form').setDescription('A form'))
    .addSubcommand((sub) => sub.setName('slow').setDescription('Says nothing'))
    .addSubcommand((sub) =>
      sub
        .setName('find')
        .setDescription('Find')
        .addStringOption((option) => option.setName('what').setDescription('What').setRequired(true).setAutocomplete(true)),
    ),
].map((command) => command.toJSON())

async function onCommand(interaction: ChatInputCommandInteraction): Promise<void> {
  const leaf = interaction.options.getSubcommand()
  if (leaf === 'create') {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })
    const host = interaction.options.getUser('host')
    const embed = new EmbedBuilder()
      .setTitle(interaction.options.getString('title', true))
      .addFields({ name: 'Host', value: host?.username ?? 'nobody' })
    await interaction.editReply({ content: `Created for ${interaction.options.getInteger('points') ?? 0}`, embeds: [embed] })
    await interaction.followUp({ content: 'One more thing', flags: MessageFlags.Ephemeral })
  } else if (leaf === 'card') {
    const card = new ContainerBuilder()
      .addTextDisplayComponents(new TextDisplayBuilder().setContent('## Season 3'))
      .addActionRowComponents((row) =>
        row.setComponents(
          new ButtonBuilder().setCustomId('next').setLabel('Next').setStyle(ButtonStyle.Primary),
          new ButtonBuilder().setCustomId('off').setLabel('Off').setStyle(ButtonStyle.Secondary).setDisabled(true),
        ),
      )
      .addActionRowComponents(
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(
          new StringSelectMenuBuilder()
            .setCustomId('kind')
            .addOptions({ label: 'Essay', value: 'essay' }, { label: 'Code', value: 'code' }),
        ),
      )
    await interaction.reply({ components: [card], flags: MessageFlags.IsComponentsV2 })
  } else if (leaf === 'form') {
    await interaction.showModal(
      new ModalBuilder()
        .setCustomId('claim')
        .setTitle('Claim')
        .addLabelComponents(
          new LabelBuilder()
            .setLabel('What')
            .setTextInputComponent(new TextInputBuilder().setCustomId('what').setStyle(TextInputStyle.Short).setMaxLength(10)),
          new LabelBuilder()
            .setLabel('Kind')
            .setStringSelectMenuComponent(new StringSelectMenuBuilder().setCustomId('kind').addOptions({ label: 'Essay', value: 'essay' })),
        ),
    )
  }
}

async function onInteraction(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand()) return onCommand(interaction)
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused()
    return interaction.respond([{ name: `${typed}!`, value: typed }])
  }
  if (interaction.isButton()) {
    await interaction.deferUpdate()
    await interaction.editReply({ components: [new TextDisplayBuilder().setContent(`page 2 for ${interaction.user.username}`)] })
  }
  if (interaction.isStringSelectMenu())
    await interaction.reply({ content: `chose ${interaction.values.join()}`, flags: MessageFlags.Ephemeral })
  if (interaction.isModalSubmit()) {
    const kind = interaction.fields.getStringSelectValues('kind').join()
    await interaction.reply({ content: `claimed ${interaction.fields.getTextInputValue('what')} ${kind}` })
  }
}

/** A real discord.js client that speaks to the fake. `errors` collects what its handlers threw. */
export async function startSampleBot(fake: DiscordFake): Promise<{ client: Client<true>; errors: unknown[] }> {
  const errors: unknown[] = []
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
    rest: { api: fake.apiUrl, timeout: 4_000, retries: 1 },
    allowedMentions: { parse: [] },
    waitGuildTimeout: 3_000,
  })
  client.on(Events.Error, (error) => errors.push(error))
  client.on(Events.InteractionCreate, (interaction) => void onInteraction(interaction).catch((error: unknown) => errors.push(error)))
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve))
  await client.login(fake.token)
  const readyClient = await ready
  await readyClient.application.commands.set(sampleCommands)
  return { client: readyClient, errors }
}
