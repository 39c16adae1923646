import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Certificate {
  cert: string;
  key: string;
}

/** A certificate authority of the tests' own, made by openssl. All properties are names of PEM files. */
export class Certificates {
  private readonly directory = mkdtempSync(join(tmpdir(), "gatehouse-certificates-"));
  readonly ca: string;
  private readonly caKey: string;

  constructor() {
    const { cert, key } = this.make("ca", ["-addext", "basicConstraints=critical,CA:TRUE"]);
    this.ca = cert;
    this.caKey = key;
  }

  /** A certificate for a host's name or address, or for a client. The same `file` is replaced. */
  issue(name: string, file = name): Certificate {
    const kind = /^[\d.]+$/.test(name) ? "IP" : "DNS";
    return this.make(file, ["-CA", this.ca, "-CAkey", this.caKey, "-addext", `subjectAltName=${kind}:${name}`]);
  }
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private make(file: string, more: string[]): Certificate {
    const [cert, key] = [join(this.directory, `${file}.pem`), join(this.directory, `${file}.key`)];
    const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
    const what = ["-x509", ...elliptic, "-days", "2", "-subj", `/CN=${file}`, "-keyout", key, "-out", cert, ...more];
    const { status, stderr } = spawnSync("openssl", ["req", ...what], { encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
    return { cert, key };
  }
}
