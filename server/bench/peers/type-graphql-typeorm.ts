import "reflect-metadata";
import { createHash } from "node:crypto";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from "type-graphql";
import { Column, DataSource, Entity, JoinColumn, MoreThan, OneToOne, PrimaryColumn, type Relation } from "typeorm";
import { cursorOf, keysOf, sentence, time, type EventRow } from "../floor/reads.js";

/*
 * Apollo + type-graphql + TypeORM as their guides show them: one class for table and type, relations loaded by
 * `relations:`, field resolvers that query repositories.
 */
const at = { from: (value: string | null) => (value === null ? null : Number(value)), to: (value: unknown) => value };
const bigint = { type: "bigint", transformer: at } as const;

@ObjectType("TwoFactorStatus")
@Entity("two_factor_states")
class TwoFactorState {
  @PrimaryColumn({ type: "varchar" }) ownerId: string;
  @Column({ ...bigint, nullable: true, name: "enrolledAt" }) enrolledTime: number | null;
  @Column({ ...bigint, nullable: true }) lockedUntil: number | null;
  @Field(() => Int) @Column({ type: "int" }) recoveryCodesRemaining: number;
  @Field(() => Boolean) get enrolled(): boolean {
    return this.enrolledTime !== null;
  }
  @Field(() => String, { nullable: true }) get enrolledAt(): string | null {
    return time(this.enrolledTime);
  }
}

@ObjectType("Session")
@Entity("sessions")
class Session {
  @Field(() => ID) @PrimaryColumn({ type: "varchar" }) id: string;
  @Column({ type: "varchar" }) firmId: string;
  @Column({ type: "varchar" }) audience: string;
  @Column({ type: "varchar", nullable: true }) ownerId: string | null;
  @Column({ type: "varchar" }) tokenDigest: string;
  @Field(() => String) @Column({ type: "varchar" }) assurance: string;
  @Column({ ...bigint, name: "createdAt" }) createdTime: number;
  @Column({ ...bigint, name: "lastUsedAt" }) lastUsedTime: number;
  @Column({ ...bigint, name: "expiresAt" }) expiresTime: number;
  @Column({ ...bigint, nullable: true }) revokedAt: number | null;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) userAgent: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) ipAddress: string | null;
  @Field(() => String) get createdAt(): string | null {
    return time(this.createdTime);
  }
  @Field(() => String) get lastUsedAt(): string | null {
    return time(this.lastUsedTime);
  }
  @Field(() => String) get expiresAt(): string | null {
    return time(this.expiresTime);
  }
}

@ObjectType("PortalAccount")
@Entity("portal_accounts")
class PortalAccount {
  @Field(() => ID) @PrimaryColumn({ type: "varchar" }) id: string;
  @Field(() => String) @Column({ type: "varchar" }) email: string;
  @Column({ ...bigint, name: "createdAt" }) createdTime: number;
  @Column({ ...bigint, nullable: true, name: "lastSignInAt" }) lastSignInTime: number | null;
  @Field(() => TwoFactorState)
  @OneToOne(() => TwoFactorState, { createForeignKeyConstraints: false })
  @JoinColumn({ name: "id", referencedColumnName: "ownerId" })
  twoFactor: Relation<TwoFactorState>;
  @Field(() => String) get createdAt(): string | null {
    return time(this.createdTime);
  }
  @Field(() => String, { nullable: true }) get lastSignInAt(): string | null {
    return time(this.lastSignInTime);
  }
  @Field(() => String, { nullable: true }) get lockedUntil(): string | null {
    return time(this.twoFactor.lockedUntil);
  }
}

@ObjectType("AuditEvent")
@Entity("audit_events")
class AuditEvent {
  @PrimaryColumn({ type: "varchar" }) firmId: string;
  @PrimaryColumn({ type: "int" }) seq: number;
  @Field(() => ID) @Column({ type: "varchar" }) id: string;
  @Field(() => String) @Column({ type: "varchar" }) type: string;
  @Column({ ...bigint, name: "occurredAt" }) occurredTime: number;
  @Field(() => String) @Column({ type: "varchar" }) actorKind: string;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) actorName: string | null;
  @Column({ type: "varchar", nullable: true }) contactId: string | null;
  @Column({ type: "varchar", nullable: true }) accountId: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) ipAddress: string | null;
  @Column({ type: "text" }) data: string;
  @Field(() => String) summary: string;
  @Field(() => String) get occurredAt(): string | null {
    return time(this.occurredTime);
  }
}

@ObjectType("Contact")
@Entity("contacts")
class Contact {
  @Field(() => ID) @PrimaryColumn({ type: "varchar" }) id: string;
  @Column({ type: "varchar" }) firmId: string;
  @Field(() => String) @Column({ type: "varchar" }) name: string;
  @Column({ type: "varchar" }) nameKey: string;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) organization: string | null;
  @Field(() => String, { nullable: true }) @Column({ type: "varchar", nullable: true }) email: string | null;
  @Field(() => String) @Column({ type: "varchar", name: "accessState" }) portalAccessState: string;
  @Column({ ...bigint, name: "createdAt" }) createdTime: number;
  @Field(() => PortalAccount, { nullable: true })
  @OneToOne(() => PortalAccount, { createForeignKeyConstraints: false, nullable: true })
  @JoinColumn({ name: "portalAccountId" })
  portalAccount: Relation<PortalAccount> | null;
  @Field(() => String) get createdAt(): string | null {
    return time(this.createdTime);
  }
}

@ObjectType()
class PageInfo {
  @Field(() => Boolean) hasNextPage: boolean;
  @Field(() => String, { nullable: true }) endCursor: string | null;
}
@ObjectType()
class ContactConnection {
  @Field(() => [Contact]) nodes: Contact[];
  @Field(() => PageInfo) pageInfo: PageInfo;
}
@ObjectType()
class AuditEventConnection {
  @Field(() => [AuditEvent]) nodes: AuditEvent[];
}
@InputType()
class ContactFilter {
  @Field(() => [String], { nullable: true }) states?: string[] | null;
}

interface Context {
  firmId: string;
}
const dataSource = new DataSource({
  type: "mariadb",
  url: process.env.DATABASE_URL ?? "",
  charset: "utf8mb4",
  poolSize: 10,
  entities: [Contact, PortalAccount, TwoFactorState, Session, AuditEvent],
});
await dataSource.initialize();
const contactRepository = dataSource.getRepository(Contact);
const sessionRepository = dataSource.getRepository(Session);
const eventRepository = dataSource.getRepository(AuditEvent);

@Resolver(() => Contact)
class ContactResolver {
  @Query(() => ContactConnection)
  async contacts(
    @Arg("first", () => Int) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | null,
    @Arg("filter", () => ContactFilter, { nullable: true }) filter: ContactFilter | null,
    @Ctx() { firmId }: Context,
  ): Promise<ContactConnection> {
    // The index is named explicitly: otherwise the database sorts all contacts of the states, and the page takes 200 ms
    // in any variant.
    const query = contactRepository
      .createQueryBuilder("c")
      .useIndex("ix_contacts_name")
      .leftJoinAndSelect("c.portalAccount", "a")
      .leftJoinAndSelect("a.twoFactor", "t")
      .where("c.firmId = :firmId", { firmId });
    if (filter?.states) query.andWhere("c.accessState IN (:...states)", { states: filter.states });
    if (after) {
      const [nameKey, id] = keysOf(after);
      query.andWhere("c.nameKey >= :nameKey AND (c.nameKey > :nameKey OR c.id > :id)", { nameKey, id });
    }
    const rows = await query
      .orderBy("c.nameKey")
      .addOrderBy("c.id")
      .limit(first + 1)
      .getMany();
    const nodes = rows.slice(0, first);
    const last = nodes.at(-1);
    return { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null } };
  }

  @Query(() => Contact, { nullable: true })
  contact(@Arg("id", () => ID) id: string, @Ctx() { firmId }: Context): Promise<Contact | null> {
    return contactRepository.findOne({ where: { id, firmId }, relations: { portalAccount: { twoFactor: true } } });
  }

  @FieldResolver(() => AuditEventConnection)
  async auditEvents(
    @Root() { firmId, id, name, portalAccount }: Contact,
    @Arg("first", () => Int) first: number,
  ): Promise<AuditEventConnection> {
    const nodes = await eventRepository.find({
      where: [{ firmId, contactId: id }, ...(portalAccount ? [{ firmId, accountId: portalAccount.id }] : [])],
      order: { seq: "DESC" },
      take: first,
    });
    for (const event of nodes)
      event.summary = sentence({ ...event, occurredAt: event.occurredTime } as unknown as EventRow, name);
    return { nodes };
  }
}

@Resolver(() => PortalAccount)
class PortalAccountResolver {
  @FieldResolver(() => [Session])
  sessions(@Root() { id }: PortalAccount): Promise<Session[]> {
    const now = Date.now();
    return sessionRepository
      .createQueryBuilder("s")
      .where("s.ownerId = :id AND s.revokedAt IS NULL AND s.expiresAt > :now AND s.lastUsedAt > :since", {
        id,
        now,
        since: now - 30 * 60_000,
      })
      .orderBy({ "s.createdAt": "DESC", "s.id": "DESC" })
      .getMany();
  }
}

const schema = await buildSchema({ resolvers: [ContactResolver, PortalAccountResolver], validate: false });
const server = new ApolloServer<Context>({ schema });
await startStandaloneServer(server, {
  context: async ({ req }) => {
    const tokenDigest = createHash("sha256")
      .update(req.headers.authorization?.replace("Bearer ", "") ?? "")
      .digest("hex");
    const session = await sessionRepository.findOneBy({
      tokenDigest,
      audience: "TEAM",
      expiresTime: MoreThan(Date.now()),
      lastUsedTime: MoreThan(Date.now() - 2 * 3_600_000),
    });
    if (!session || session.revokedAt !== null) throw new Error("UNAUTHENTICATED");
    return { firmId: session.firmId };
  },
  listen: { port: Number(process.env.PORT), host: "127.0.0.1" },
});
