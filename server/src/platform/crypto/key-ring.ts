import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { SigningKey } from "./signing-key.js";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The deployment's secret keys, by id. The first one encrypts and hashes; all of them decrypt, so that keys can be
 * rotated online. An unknown key id or a wrong tag fails closed. Each purpose uses its own key, derived by
 * HKDF-SHA-256.
 */
export class KeyRing {
  private readonly derived = new Map<string, Buffer>();

  /** `keys`: at least one, 32 bytes each. */
  constructor(private readonly keys: readonly { id: string; key: Buffer }[]) {
    if (keys.length === 0) throw new Error("SECRET_KEYS contains no key");
    for (const [index, { id, key }] of keys.entries()) {
      if (!/^[A-Za-z0-9]{1,20}$/.test(id))
        // Something longer may be a key that lacks its id.
        throw new Error(`the key id ${id.length > 20 ? "" : `"${id}" `}must be 1 to 20 letters and digits`);
      if (keys.findIndex((other) => other.id === id) !== index) throw new Error(`the key id "${id}" is there twice`);
      if (key.length !== 32) throw new Error(`the key "${id}" must be 32 bytes in base64`);
    }
  }

  /** `id:base64,id:base64`. */
  static parse(text: string): KeyRing {
    return new KeyRing(
      text.split(",").map((entry) => {
        const [id = "", key = ""] = entry.trim().split(":");
        return { id, key: Buffer.from(key, "base64") };
      }),
    );
  }

  get activeId(): string {
    return this.keys[0]?.id ?? "";
  }
  get ids(): string[] {
    return this.keys.map(({ id }) => id);
  }

  /**
   * AES-256-GCM as `v1.<key id>.<nonce>.<ciphertext>.<tag>`. The value is bound to `where` (table, column, row) and
   * cannot be decrypted anywhere else.
   */
  encrypt(plain: string, where: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.keyFor(this.activeId, "encrypt"), nonce, {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.from(where, "utf8"));
    const ciphertext = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
    return [
      "v1",
      this.activeId,
      ...[nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString("base64url")),
    ].join(".");
  }

  decrypt(value: string, where: string): string {
    const [version, id = "", nonce = "", ciphertext = "", tag = ""] = value.split(".");
    if (version !== "v1") throw new Error("the encrypted value has an unknown format");
    const decipher = createDecipheriv("aes-256-gcm", this.keyFor(id, "encrypt"), Buffer.from(nonce, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(where, "utf8"));
    decipher.setAuthTag(Buffer.from(tag, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(ciphertext, "base64url")), decipher.final()]).toString("utf8");
  }

  /** Whether the value was encrypted with a key other than the first, and should be encrypted again. */
  isStale(value: string): boolean {
    return value.split(".")[1] !== this.activeId;
  }

  /** A keyed digest (HMAC-SHA-256, hex) for secrets too short for a plain hash. */
  hmac(text: string, purpose: string, keyId = this.activeId): string {
    return createHmac("sha256", this.keyFor(keyId, purpose)).update(text, "utf8").digest("hex");
  }
  /** HMAC-SHA-384 in base64: 64 characters, which fits into bcrypt's 72 bytes. */
  hmac384(text: string, purpose: string, keyId = this.activeId): string {
    return createHmac("sha384", this.keyFor(keyId, purpose)).update(text, "utf8").digest("base64");
  }

  /** The Ed25519 key for a purpose, of the active key or of another one. */
  signingKey(purpose: string, keyId = this.activeId): SigningKey {
    return new SigningKey(this.keyFor(keyId, purpose));
  }

  private keyFor(id: string, purpose: string): Buffer {
    const name = `${id}|${purpose}`;
    const known = this.derived.get(name);
    if (known) return known;
    const entry = this.keys.find((candidate) => candidate.id === id);
    if (!entry)
      throw new Error(`the key "${id}" is not in SECRET_KEYS: restore it, or what it encrypted stays unreadable`);
    const key = Buffer.from(hkdfSync("sha256", entry.key, Buffer.alloc(0), `gatehouse ${purpose}`, 32));
    this.derived.set(name, key);
    return key;
  }
}
